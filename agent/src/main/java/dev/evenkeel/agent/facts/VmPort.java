package dev.evenkeel.agent.facts;

import dev.evenkeel.core.fleet.VmId;
import java.util.Optional;

/**
 * Where a running VM's network card meets this host.
 *
 * @param device the interface on this host behind which the VM is
 * @param bridge that the interface is a port of, if it is
 * @param mac the card's hardware address, lower case
 */
public record VmPort(VmId vm, String name, String device, Optional<String> bridge, Optional<String> mac) {}
