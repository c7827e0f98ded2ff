package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.DomainState;
import dev.evenkeel.agent.libvirt.HostFacts.CpuComparison;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.OwnerSettings;
import dev.evenkeel.core.fleet.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Looks at both ends before anything is touched, and says all that speaks against a move, not just the first thing. */
final class Preflight {
    /** Memory that the destination keeps for itself. */
    private static final Bytes RESERVE = Bytes.ofMiB(256);
    /** What a VMM takes beside the guest's memory. */
    private static final Bytes OVERHEAD = Bytes.ofMiB(64);

    private final DomainDescription vm;
    private final List<Refusal> refusals = new ArrayList<>();

    private Preflight(DomainDescription vm) {
        this.vm = vm;
    }

    /** What forbids moving the VM anywhere; no destination is needed to know it. */
    static List<Refusal> atSource(DomainDescription vm, Domain domain, @Nullable OwnerSettings said) {
        Preflight preflight = new Preflight(vm);
        preflight.checkOwner(said);
        preflight.checkObstacles();
        preflight.checkState(domain);
        return preflight.refusals;
    }

    /** What ties the VM to its host even when it is shut off, as far as its document says. */
    static List<Refusal> ofTies(DomainDescription vm) {
        Preflight preflight = new Preflight(vm);
        preflight.checkObstacles();
        return preflight.refusals;
    }

    /** What forbids moving it to this destination. */
    static List<Refusal> atDestination(DomainDescription vm, Connection source, Connection destination) {
        Preflight preflight = new Preflight(vm);
        preflight.checkIdentity(source, destination);
        preflight.checkAbsence(destination);
        preflight.checkMachine(destination);
        preflight.checkMemory(destination);
        preflight.checkNetwork(destination);
        return preflight.refusals;
    }

    private void checkOwner(@Nullable OwnerSettings said) {
        Intent metadata = vm.owner().intent();
        Intent counts = said == null ? metadata : said.over(metadata);
        if (counts.migration() == Intent.Migration.NEVER) {
            refuse(
                    "MIGRATION_NEVER",
                    "the owner of VM " + vm.name() + " says migration: never",
                    Map.of("tenant", vm.owner().tenant()));
        }
    }

    private void checkObstacles() {
        for (String obstacle : vm.obstacles()) {
            refuse(
                    "TIED_TO_HOST",
                    "VM " + vm.name() + " has " + obstacle + "; take it off the VM, or give its owner a window",
                    Map.of("obstacle", obstacle));
        }
    }

    private void checkState(Domain domain) {
        DomainState state = domain.state();
        if (!state.isRunning() && !state.isPaused()) {
            refuse(
                    "NOT_RUNNING",
                    "VM " + vm.name() + " is not running here, so there is nothing to move",
                    Map.of("state", state.status().name()));
        } else if (state.isPostCopyFailed() || state.isInPostCopy()) {
            refuse(
                    "IN_POST_COPY",
                    "VM " + vm.name() + " has its memory on two hosts from an earlier move; a person must look",
                    Map.of("reason", Integer.toString(state.reason())));
        } else if (domain.job().isRunning()) {
            refuse(
                    "JOB_ACTIVE",
                    "another job (migration, backup, dump) runs on VM " + vm.name() + "; wait for it or abort it",
                    Map.of(
                            "operation",
                            domain.job().parameters().text("operation").orElse("unknown")));
        }
    }

    /** libvirt refuses a move to itself too, but only by luck when two hosts were cloned with the same id. */
    private void checkIdentity(Connection source, Connection destination) {
        String here = source.host().hostname();
        String there = destination.host().hostname();
        if (here.equals(there)) {
            refuse(
                    "SAME_HOST",
                    "the destination calls itself " + there + " like this host; give each host its own name",
                    Map.of("hostname", there));
        }
    }

    private void checkAbsence(Connection destination) {
        try (Domain twin = destination.domain(vm.id()).orElse(null)) {
            if (twin != null && twin.state().isActive()) {
                refuse(
                        "ALREADY_THERE",
                        "VM " + vm.name()
                                + " has a process on the destination already; find out which copy is alive before anything else",
                        Map.of(
                                "state",
                                twin.state().status().name(),
                                "reason",
                                Integer.toString(twin.state().reason())));
            } else if (twin != null) {
                refuse(
                        "LEFTOVER_DEFINITION",
                        "the destination still has a definition of VM " + vm.name()
                                + "; remove it there with virsh undefine",
                        Map.of("id", vm.id().toString()));
            }
        }
        try (Domain namesake = destination.domain(vm.name()).orElse(null)) {
            if (namesake != null && !namesake.id().equals(vm.id())) {
                refuse(
                        "NAME_TAKEN",
                        "another VM on the destination is called " + vm.name() + "; rename one of the two",
                        Map.of("otherId", namesake.id().toString()));
            }
        }
    }

    private void checkMachine(Connection destination) {
        String emulator = vm.emulator().orElse(null);
        try {
            destination.host().domainCapabilities(emulator, vm.arch(), vm.machine(), vm.virtType());
        } catch (LibvirtException e) {
            refuse(
                    "NO_MACHINE",
                    "the destination cannot run machine type " + vm.machine() + " with "
                            + vm.emulator().orElse("its emulator") + "; update it, or choose another host",
                    Map.of(
                            "machine",
                            vm.machine(),
                            "arch",
                            vm.arch(),
                            "virtType",
                            vm.virtType(),
                            "daemonSays",
                            e.getMessage()));
            return;
        }
        vm.cpu().ifPresent(cpu -> checkCpu(destination, emulator, cpu));
    }

    private void checkCpu(Connection destination, @org.jspecify.annotations.Nullable String emulator, String cpu) {
        try {
            CpuComparison comparison =
                    destination.host().compareCpu(emulator, vm.arch(), vm.machine(), vm.virtType(), cpu);
            if (comparison == CpuComparison.INCOMPATIBLE) {
                refuse("CPU", "the destination's CPU lacks what VM " + vm.name() + " needs", Map.of("cpu", cpu));
            }
        } catch (LibvirtException e) {
            switch (e.code()) {
                case CPU_INCOMPATIBLE ->
                    refuse(
                            "CPU",
                            "the destination's CPU lacks what VM " + vm.name() + " needs",
                            Map.of("cpu", cpu, "daemonSays", e.getMessage()));
                case NO_SUPPORT, OPERATION_UNSUPPORTED, CONFIG_UNSUPPORTED, OPERATION_INVALID, INTERNAL_ERROR -> {
                    // this daemon cannot compare for this kind of guest; it compares again when the VM arrives, before
                    // it stops
                }
                default -> throw e;
            }
        }
    }

    private void checkMemory(Connection destination) {
        OptionalLong available = destination.host().availableMemoryBytes();
        Bytes needed = vm.memory().plus(OVERHEAD).plus(RESERVE);
        if (available.isPresent() && available.getAsLong() < needed.value()) {
            refuse(
                    "NO_MEMORY",
                    "the destination has too little free memory for VM " + vm.name()
                            + "; free some or choose another host",
                    Map.of("needed", needed.toString(), "available", new Bytes(available.getAsLong()).toString()));
        }
    }

    private void checkNetwork(Connection destination) {
        for (DomainDescription.Nic nic : vm.nics()) {
            String source = nic.source().orElse("");
            boolean missing = switch (nic.type()) {
                case "network" -> !destination.networkIsActive(source);
                case "bridge", "direct" -> destination.hasHostInterface(source).equals(Optional.of(false));
                default -> false;
            };
            if (missing) {
                refuse(
                        "NO_NETWORK",
                        "the destination has no active " + nic.type() + " " + source + ", which VM " + vm.name()
                                + " is tied to",
                        Map.of("type", nic.type(), "name", source));
            }
        }
    }

    private void refuse(String code, String why, Map<String, String> evidence) {
        refusals.add(Refusal.of(code, why, evidence).with("vm", vm.id().toString()));
    }
}
