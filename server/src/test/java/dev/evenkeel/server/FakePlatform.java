package dev.evenkeel.server;

import dev.evenkeel.agent.link.HostObserver.Sight;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Hosts and VMs that are only pretended: moves take as long as the test lets them, updates change a version number. */
final class FakePlatform {
    static final String OLD = "10.0.2";
    static final String NEW = "11.1.3";
    static final String OLD_KERNEL = "6.1.0";
    static final String NEW_KERNEL = "6.2.0";

    private final Map<HostId, String> qemu = new TreeMap<>();
    private final Map<HostId, String> kernels = new TreeMap<>();
    private final Map<VmId, Vm> vms = new LinkedHashMap<>();
    private final Map<EffectId, Integer> performed = new HashMap<>();
    private @Nullable CountDownLatch gate;

    synchronized HostId addHost(String name) {
        HostId host = new HostId(name);
        qemu.put(host, OLD);
        return host;
    }

    VmId addVm(String name, HostId host, String tenant, Intent intent) {
        return addVm(name, name, host, tenant, intent);
    }

    /** A VM whose name says nothing about its id. */
    VmId addVm(String name, String seed, HostId host) {
        return addVm(name, seed, host, "default", Intent.DEFAULT);
    }

    private synchronized VmId addVm(String name, String seed, HostId host, String tenant, Intent intent) {
        VmId id = new VmId(UUID.nameUUIDFromBytes(seed.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString());
        vms.put(
                id,
                SomeVm.on(host, id.value())
                        .named(name)
                        .of(tenant)
                        .inSet("set-" + seed)
                        .wants(intent)
                        .runs(OLD)
                        .dirties(Bytes.ofMiB(4))
                        .vm());
        return id;
    }

    synchronized HostId hostOf(VmId vm) {
        return find(vm).host();
    }

    synchronized String qemu(HostId host) {
        return qemu.getOrDefault(host, "?");
    }

    synchronized String kernel(HostId host) {
        return kernels.getOrDefault(host, OLD_KERNEL);
    }

    /** How often an effect was really carried out. */
    synchronized int performed(EffectId effect) {
        return performed.getOrDefault(effect, 0);
    }

    /** How many effects were begun. */
    synchronized int performed() {
        return performed.size();
    }

    synchronized boolean nothingPerformedTwice() {
        return performed.values().stream().allMatch(times -> times == 1);
    }

    /** From now on moves wait until they are let go. */
    synchronized void holdMoves() {
        gate = new CountDownLatch(1);
    }

    synchronized void letMovesGo() {
        if (gate != null) {
            gate.countDown();
        }
        gate = null;
    }

    private Vm find(VmId id) {
        Vm vm = vms.get(id);
        if (vm == null) {
            throw new IllegalArgumentException("no VM " + id);
        }
        return vm;
    }

    synchronized Sight look(HostId host) {
        TreeMap<String, String> versions = new TreeMap<>(Map.of("kernel", kernel(host), "libvirt", "11.3.0"));
        versions.put("qemu", qemu(host));
        HostFacts facts = new HostFacts(
                host.value(),
                "10.0.0." + host.value().substring(1),
                "x86_64",
                "fake",
                8,
                Bytes.ofMiB(16384),
                versions,
                new TreeSet<>(List.of("post-copy", Ladder.PRESERVE_KERNEL)));
        List<Vm> here = new ArrayList<>();
        vms.values().stream().filter(vm -> vm.host().equals(host)).forEach(here::add);
        return new Sight(facts, here);
    }

    /** The driver of one host. */
    HostDriver driver(HostId host) {
        return new HostDriver() {
            @Override
            public Outcome perform(EffectOrder order) {
                return FakePlatform.this.perform(host, order);
            }

            @Override
            public Probe probe(EffectOrder order) {
                return FakePlatform.this.probe(host, order);
            }
        };
    }

    private Outcome perform(HostId host, EffectOrder order) {
        CountDownLatch wait;
        synchronized (this) {
            performed.merge(order.id(), 1, Integer::sum);
            wait = order.effect() instanceof Effect.MoveVm ? gate : null;
        }
        try {
            if (wait != null) {
                wait.await();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        synchronized (this) {
            return switch (order.effect()) {
                case Effect.MoveVm move -> move(host, move);
                case Effect.RedeployVm redeploy -> redeploy(redeploy);
                case Effect.HandOver h -> new Outcome.Acted();
                case Effect.SwitchKernel s -> starts(host, s.back() ? OLD_KERNEL : NEW_KERNEL);
                case Effect.ApplyUpdate a when a.method() == Method.PRESERVE_KERNEL -> change(host, qemu(host));
                case Effect.ApplyUpdate a -> change(host, NEW);
                case Effect.VerifyUpdate v -> change(host, qemu(host));
                case Effect.UndoUpdate u -> change(host, OLD);
                case Effect.AbortMove a -> new Outcome.Acted();
                case Effect.StopVm s -> new Outcome.Stopped(java.time.Instant.now());
                case Effect.StartVm s -> new Outcome.Started(java.time.Instant.now(), false);
                case Effect.AskAgain a -> throw new IllegalArgumentException("not for a driver");
            };
        }
    }

    /** Every VM of the host stands still for it. */
    private Outcome starts(HostId host, String kernel) {
        TreeMap<String, String> before = new TreeMap<>(Map.of("kernel", kernel(host)));
        kernels.put(host, kernel);
        List<Outcome.Stood> stood = vms.values().stream()
                .filter(vm -> vm.host().equals(host))
                .map(vm -> new Outcome.Stood(
                        vm.id(), Duration.ofSeconds(12), Duration.ofSeconds(18), null, Duration.ofMillis(1), null))
                .toList();
        return new Outcome.Switched(before, new TreeMap<>(Map.of("kernel", kernel)), stood, null);
    }

    /** Somebody moved it by hand. */
    synchronized void moved(VmId id, HostId to) {
        vms.put(id, find(id).movedTo(to));
    }

    private Outcome move(HostId host, Effect.MoveVm move) {
        Vm vm = find(move.vm());
        if (!vm.host().equals(host)) {
            return new Outcome.Failed(Refusal.of("NOT_HERE", "the VM is not here"), Aftermath.UNCHANGED, true);
        }
        vms.put(vm.id(), withVmm(vm.movedTo(move.to()), qemu(move.to())));
        return new Outcome.Moved(
                move.to(),
                Duration.ofMillis(15),
                Duration.ofMillis(900),
                Bytes.ofMiB(200),
                false,
                Duration.ofMillis(1));
    }

    private Outcome redeploy(Effect.RedeployVm order) {
        Vm vm = find(order.vm());
        vms.put(vm.id(), withVmm(vm.movedTo(order.to()), qemu(order.to())));
        Duration out = Duration.ofSeconds(8);
        return new Outcome.Moved(order.to(), out, out, Bytes.ZERO, false, null);
    }

    private static Vm withVmm(Vm vm, String version) {
        return new Vm(
                vm.id(),
                vm.name(),
                vm.tenant(),
                vm.host(),
                vm.state(),
                vm.memory(),
                vm.vcpus(),
                vm.availabilitySet(),
                vm.intent(),
                version,
                vm.obstacles(),
                vm.dirtyRate(),
                vm.hasLocalStorage(),
                vm.vmmCurrent(),
                vm.aside(),
                vm.ties());
    }

    private Outcome change(HostId host, String version) {
        TreeMap<String, String> before = new TreeMap<>(Map.of("qemu", qemu(host)));
        qemu.put(host, version);
        return new Outcome.Changed(before, new TreeMap<>(Map.of("qemu", version)));
    }

    /** A move that the agent lost track of has ended when the VM is elsewhere, else goes on. */
    private synchronized HostDriver.Probe probe(HostId host, EffectOrder order) {
        if (order.effect() instanceof Effect.MoveVm move
                && !find(move.vm()).host().equals(host)) {
            return new HostDriver.Probe.Ended(new Outcome.Moved(
                    move.to(), Duration.ofMillis(15), Duration.ofMillis(900), Bytes.ofMiB(200), false, null));
        }
        return new HostDriver.Probe.NotStarted();
    }
}
