/**
 * Which method an update takes on a host, what each VM will feel, and why the gentler methods were refused. Nothing is
 * ordered here. Facts come from the fleet's snapshot and the pause model; choices go to rollouts and to people.
 */
@NullMarked
package dev.evenkeel.core.impact;

import org.jspecify.annotations.NullMarked;
