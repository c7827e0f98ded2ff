package dev.evenkeel.agent.metadata;

import dev.evenkeel.core.fleet.VmId;

/** A VM of this host that can ask. */
public record GuestVm(VmId id, String name) {}
