/**
 * A fleet in virtual time: engine, store, agents, links, hosts and people as one seeded queue of events, so that any
 * order of crashes, losses and delays can be tried and tried again. No rule of maintenance may live here, only the world
 * that core decides about, the faults that befall it, and the invariants it must keep. Seeds come in; a verdict with a
 * trace goes out.
 */
@NullMarked
package dev.evenkeel.sim;

import org.jspecify.annotations.NullMarked;
