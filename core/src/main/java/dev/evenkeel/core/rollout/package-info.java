/**
 * One update over a selection of hosts: rings, waves, gates and budgets. What happens on one host is the host run's
 * business. Events are the ends of host runs and people's orders; steps spawn host runs.
 */
@NullMarked
package dev.evenkeel.core.rollout;

import org.jspecify.annotations.NullMarked;
