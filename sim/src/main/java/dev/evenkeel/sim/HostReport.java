package dev.evenkeel.sim;

import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import java.time.Instant;
import java.util.List;

/** What an agent saw on its host, and when it looked. */
record HostReport(HostId host, Instant readAt, HostFacts facts, List<Vm> vms) {}
