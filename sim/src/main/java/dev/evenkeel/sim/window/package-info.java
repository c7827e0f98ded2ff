/**
 * Maintenance configurations at random, and a naive reckoning of when each is open, against which core's arithmetic is
 * held. Nothing of core's arithmetic may be used for the naive one: it walks through every minute and every day, and
 * decides by definition. Seeds come in; what disagrees goes out, with the configuration as a user would write it.
 */
@NullMarked
package dev.evenkeel.sim.window;

import org.jspecify.annotations.NullMarked;
