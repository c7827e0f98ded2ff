/**
 * The topology and what lives on it: hosts, VMs, their owners and intents, and the ids and quantities everybody shares.
 * No rule about updates lives here. Values come from the agents' reports and leave as one immutable {@link
 * dev.evenkeel.core.fleet.Fleet} that deciders read.
 */
@NullMarked
package dev.evenkeel.core.fleet;

import org.jspecify.annotations.NullMarked;
