/**
 * Where evacuated VMs go and in which order hosts are taken. Only choices are made here; capacity is read from the
 * fleet's snapshot and checked again by the agents when a move starts. Choices go to host runs and rollouts.
 */
@NullMarked
package dev.evenkeel.core.placement;

import org.jspecify.annotations.NullMarked;
