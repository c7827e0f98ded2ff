package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.exempt.Exempted;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.exempt.ExemptionId;
import dev.evenkeel.core.exempt.Exemptions;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.impact.HotPatching;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.core.window.MaintenanceConfiguration;
import dev.evenkeel.core.window.WindowDraft;
import dev.evenkeel.core.window.WindowRules;
import dev.evenkeel.core.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A small fleet that a test describes and then lets change: hosts with VMs, one update, and a clock that the test moves. */
public final class Given {
    public static final MigrationDomainId SHARD = new MigrationDomainId("md1");
    public static final UpdateId UPDATE = new UpdateId("vmm-11.1");

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    private final TreeMap<HostId, Host> hosts = new TreeMap<>();
    private final List<Vm> vms = new ArrayList<>();
    private final TreeMap<VmId, Duration> pauses = new TreeMap<>();
    private final EnumMap<Method, Payload> methods = new EnumMap<>(Map.of(Method.MIGRATE, payload()));
    private Component component = Component.VMM;
    private Windows windows = Windows.NONE;
    private final List<Exemption> exemptions = new ArrayList<>();
    private @Nullable Run rollout;
    private @Nullable Instant deadline;
    private Instant now = START;

    /** One host, its VMs of 1 GiB each. */
    public final class OneHost {
        private final HostId id;

        private OneHost(HostId id) {
            this.id = id;
        }

        private OneHost becomes(
                HostFacts facts, Topology at, boolean cordoned, boolean maintenance, boolean reachable) {
            Host before = host(id);
            hosts.put(
                    id,
                    new Host(
                            id,
                            at,
                            facts,
                            cordoned,
                            maintenance,
                            reachable,
                            before.observedAt(),
                            before.dedicatedTo()));
            return this;
        }

        public OneHost dedicatedTo(String tenant) {
            Host h = host(id);
            hosts.put(
                    id,
                    new Host(
                            id,
                            h.topology(),
                            h.facts(),
                            h.cordoned(),
                            h.inMaintenance(),
                            h.reachable(),
                            h.observedAt(),
                            new TenantId(tenant)));
            return this;
        }

        public OneHost runs(String... names) {
            for (String name : names) {
                vms.add(new Vm(
                        new VmId(name),
                        name,
                        new TenantId("acme"),
                        id,
                        VmState.RUNNING,
                        Bytes.ofMiB(1024),
                        1,
                        null,
                        Intent.DEFAULT,
                        "10.0",
                        List.of(),
                        null,
                        false,
                        true,
                        false,
                        List.of()));
            }
            return this;
        }

        public OneHost memory(long mebibytes) {
            return facts(host(id).facts().versions(), host(id).facts().cpus(), mebibytes);
        }

        public OneHost cpus(int cpus) {
            return facts(host(id).facts().versions(), cpus, (long)
                    host(id).facts().memory().toMiB());
        }

        /** The version of QEMU that runs here. */
        public OneHost qemu(String version) {
            return facts(Map.of("qemu", version), host(id).facts().cpus(), (long)
                    host(id).facts().memory().toMiB());
        }

        /** The kernel that runs here, without any patch of it; its agent can bring livepatches in. */
        public OneHost kernel(String release) {
            return facts(
                            Map.of("qemu", "10.0", "kernel", release),
                            host(id).facts().cpus(),
                            (long) host(id).facts().memory().toMiB())
                    .can(HotPatching.LIVEPATCH);
        }

        /** It has this hot patch live. */
        public OneHost has(PatchFile patch) {
            TreeMap<String, String> versions = new TreeMap<>(host(id).facts().versions());
            versions.put(patch.fact(), patch.version());
            return runsVersions(versions);
        }

        /** It does not have this hot patch live. */
        public OneHost lacks(PatchFile patch) {
            TreeMap<String, String> versions = new TreeMap<>(host(id).facts().versions());
            versions.remove(patch.fact());
            return runsVersions(versions);
        }

        private OneHost runsVersions(TreeMap<String, String> versions) {
            return with(versions, host(id).facts().capabilities());
        }

        /** Its agent can do this besides. */
        public OneHost can(String capability) {
            TreeSet<String> all = new TreeSet<>(host(id).facts().capabilities());
            all.add(capability);
            return with(host(id).facts().versions(), all);
        }

        private OneHost with(SortedMap<String, String> versions, SortedSet<String> capabilities) {
            Host h = host(id);
            HostFacts f = h.facts();
            HostFacts other = new HostFacts(
                    f.hostname(), f.address(), f.arch(), f.cpuModel(), f.cpus(), f.memory(), versions, capabilities);
            return becomes(other, h.topology(), h.cordoned(), h.inMaintenance(), h.reachable());
        }

        private OneHost facts(Map<String, String> versions, int cpus, long mebibytes) {
            Host h = host(id);
            return becomes(
                    Given.facts(id, versions, cpus, mebibytes),
                    h.topology(),
                    h.cordoned(),
                    h.inMaintenance(),
                    h.reachable());
        }

        /** Its agent can do nothing but what every agent can. */
        public OneHost isPlain() {
            return with(host(id).facts().versions(), new TreeSet<>());
        }

        public OneHost inRack(String rack) {
            Host h = host(id);
            return becomes(
                    h.facts(), new Topology("r", "z", rack, SHARD), h.cordoned(), h.inMaintenance(), h.reachable());
        }

        public OneHost inDomain(String domain) {
            Host h = host(id);
            return becomes(
                    h.facts(),
                    new Topology("r", "z", "rack1", new MigrationDomainId(domain)),
                    h.cordoned(),
                    h.inMaintenance(),
                    h.reachable());
        }

        public OneHost cordoned() {
            Host h = host(id);
            return becomes(h.facts(), h.topology(), true, h.inMaintenance(), h.reachable());
        }

        public OneHost inMaintenance() {
            Host h = host(id);
            return becomes(h.facts(), h.topology(), h.cordoned(), true, h.reachable());
        }

        public OneHost silent() {
            Host h = host(id);
            return becomes(h.facts(), h.topology(), h.cordoned(), h.inMaintenance(), false);
        }

        /** Its agent looked now. */
        public OneHost isSeen() {
            Host h = host(id);
            hosts.put(id, new Host(id, h.topology(), h.facts(), h.cordoned(), h.inMaintenance(), true, now));
            return this;
        }

        /** It is no longer in the fleet. */
        public void isGone() {
            hosts.remove(id);
        }
    }

    private static HostFacts facts(HostId id, Map<String, String> versions, int cpus, long mebibytes) {
        return new HostFacts(
                id.value(),
                id + ".mgmt",
                "x86_64",
                "sim",
                cpus,
                Bytes.ofMiB(mebibytes),
                new TreeMap<>(versions),
                new TreeSet<>(List.of(Ladder.PRESERVE_VMM, Ladder.PRESERVE_KERNEL)));
    }

    private Host host(HostId id) {
        Host host = hosts.get(id);
        if (host == null) {
            throw new IllegalArgumentException("no host " + id);
        }
        return host;
    }

    /** A host of 16 GiB and 8 CPUs in rack1 on QEMU 10.0, seen now; made when it is named first. */
    public OneHost host(String name) {
        HostId id = new HostId(name);
        hosts.computeIfAbsent(
                id,
                key -> new Host(
                        key,
                        new Topology("r", "z", "rack1", SHARD),
                        facts(key, Map.of("qemu", "10.0"), 8, 16 * 1024),
                        false,
                        false,
                        true,
                        now));
        return new OneHost(id);
    }

    /** One VM, all its sightings. */
    public final class OneVm {
        private final String name;

        private OneVm(String name) {
            this.name = name;
        }

        private OneVm with(java.util.function.UnaryOperator<Vm> change) {
            vms.replaceAll(vm -> vm.name().equals(name) ? change.apply(vm) : vm);
            return this;
        }

        public OneVm memory(long mebibytes) {
            return with(vm -> VmCopies.copy(
                    vm,
                    vm.host(),
                    vm.state(),
                    Bytes.ofMiB(mebibytes),
                    vm.vcpus(),
                    vm.intent(),
                    VmCopies.set(vm),
                    vm.obstacles()));
        }

        public OneVm vcpus(int vcpus) {
            return with(vm -> VmCopies.copy(
                    vm, vm.host(), vm.state(), vm.memory(), vcpus, vm.intent(), VmCopies.set(vm), vm.obstacles()));
        }

        public OneVm owner(Intent intent) {
            return with(vm -> VmCopies.copy(
                    vm, vm.host(), vm.state(), vm.memory(), vm.vcpus(), intent, VmCopies.set(vm), vm.obstacles()));
        }

        public OneVm inSet(String set) {
            return with(vm -> VmCopies.copy(
                    vm, vm.host(), vm.state(), vm.memory(), vm.vcpus(), vm.intent(), set, vm.obstacles()));
        }

        public OneVm obstacle(String code) {
            return with(vm -> VmCopies.copy(
                    vm,
                    vm.host(),
                    vm.state(),
                    vm.memory(),
                    vm.vcpus(),
                    vm.intent(),
                    VmCopies.set(vm),
                    List.of(Refusal.of(code, "VM " + vm.name() + " has a " + code))));
        }

        /** Its memory can't be kept while its VMM is replaced. */
        public OneVm tied(String code) {
            return with(vm -> VmCopies.copy(
                    vm, vm.vmmCurrent(), vm.aside(), List.of(Refusal.of(code, "VM " + vm.name() + " has " + code))));
        }

        /** Another VMM is installed than the one that it runs on. */
        public OneVm outdated() {
            return with(vm -> VmCopies.copy(vm, false, vm.aside(), vm.ties()));
        }

        /** It runs on what is installed. */
        public OneVm current() {
            return with(vm -> VmCopies.copy(vm, true, false, vm.ties()));
        }

        /** It is with the agent's own daemon. */
        public OneVm aside() {
            return with(vm -> VmCopies.copy(vm, vm.vmmCurrent(), true, vm.ties()));
        }

        public OneVm is(VmState state) {
            return with(vm -> VmCopies.copy(
                    vm, vm.host(), state, vm.memory(), vm.vcpus(), vm.intent(), VmCopies.set(vm), vm.obstacles()));
        }

        /** It still runs where it is, and is paused on its way into another host. */
        public OneVm arrivesOn(String host) {
            Vm here = vms.stream()
                    .filter(vm -> vm.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            vms.add(VmCopies.copy(
                    here,
                    new HostId(host),
                    VmState.PAUSED,
                    here.memory(),
                    here.vcpus(),
                    here.intent(),
                    VmCopies.set(here),
                    here.obstacles()));
            return this;
        }

        /** It has arrived: what was paused there runs, and nothing is left where it came from. */
        public OneVm hasArrivedOn(String host) {
            vms.removeIf(vm -> vm.name().equals(name) && !vm.host().equals(new HostId(host)));
            return is(VmState.RUNNING);
        }

        /** It runs elsewhere now. */
        public OneVm isOn(String host) {
            return with(vm -> vm.movedTo(new HostId(host)));
        }

        /** An operator keeps it from all maintenance for so long. */
        public OneVm exempt(Duration length) {
            return exempt(length, null);
        }

        /** An operator keeps it for so long from this update, or from all maintenance. */
        public OneVm exempt(Duration length, @Nullable UpdateId update) {
            exemptions.add(new Exemption(
                    new ExemptionId("ex" + exemptions.size()),
                    new Exempted.OneVm(new VmId(name)),
                    update,
                    now,
                    now.plus(length),
                    "a demo for investors",
                    "ann"));
            return this;
        }

        public void pauses(Duration forecast) {
            pauses.put(new VmId(name), forecast);
        }

        /** It is nowhere any more. */
        public void isGone() {
            vms.removeIf(vm -> vm.name().equals(name));
        }
    }

    public OneVm vm(String name) {
        return new OneVm(name);
    }

    /** The update brings a payload for this method, too. */
    public void updateAlsoBy(Method method) {
        methods.put(method, payload());
    }

    public void updateOnlyBy(Method method) {
        methods.clear();
        methods.put(method, payload());
    }

    /** The update is one of the kernel and brings these hot patches, too. */
    public void updateAlsoPatches(PatchFile... patches) {
        component = Component.KERNEL;
        methods.put(Method.HOT_PATCH, Payload.of(List.of(patches)));
    }

    /** The update is one of the kernel and brings these hot patches only. */
    public void updateOnlyPatches(PatchFile... patches) {
        methods.clear();
        updateAlsoPatches(patches);
    }

    /** A hot patch for one release of the kernel. */
    public static PatchFile livepatch(String kernel) {
        return new PatchFile("fix.ko", "cd".repeat(32), Bytes.ofMiB(1), PatchFile.Kind.LIVEPATCH, "fix", "1", kernel);
    }

    /** The update brings this component instead of a VMM. */
    public void updateIsOf(Component other) {
        component = other;
    }

    private static Payload payload() {
        return new Payload(
                List.of(new PackageFile("qemu.deb", "ab".repeat(32), Bytes.ofMiB(30), "qemu", "11.1")),
                List.of(),
                List.of(),
                List.of());
    }

    /** The update that the tests roll out: it brings QEMU 11.1. */
    public Update update() {
        return new Update(
                UPDATE,
                "11.1",
                component,
                Severity.IMPORTANT,
                "QEMU 11.1",
                methods,
                new TreeMap<>(Map.of("qemu", "11.1")),
                deadline,
                null,
                List.of(),
                List.of());
    }

    /** The update should be everywhere by then. */
    public void updateIsDueBy(Instant time) {
        deadline = time;
    }

    /** Every VM's owner lets it be disturbed daily from this time of UTC on, for so long. */
    public void opensDailyAt(String time, String duration) {
        opens(time, null, duration);
    }

    /** Every VM's owner has asked for a window that never opens any more. */
    public void windowsExpired() {
        opens("03:00", "2026-01-02 00:00", "02:00");
    }

    private void opens(String time, @Nullable String expires, String duration) {
        MaintenanceConfiguration daily = switch (WindowRules.read(
                new WindowDraft("nightly", null, "2026-01-01 " + time, expires, duration, "UTC", "Day"))) {
            case WindowRules.Reading.Good good -> good.configuration();
            case WindowRules.Reading.Bad bad ->
                throw new IllegalArgumentException(bad.errors().toString());
        };
        windows = new Windows(List.of(daily));
    }

    /** How long it is until the next such time of the day. */
    public Duration untilUtc(String time) {
        Duration left = Duration.between(now.atOffset(ZoneOffset.UTC).toLocalTime(), LocalTime.parse(time));
        return left.isNegative() ? left.plusDays(1) : left;
    }

    public Instant now() {
        return now;
    }

    public void passes(Duration time) {
        now = now.plus(time);
    }

    /** Some time passes and every agent looks again. */
    public void everyHostIsSeen() {
        passes(Duration.ofSeconds(1));
        List.copyOf(hosts.keySet()).forEach(id -> {
            if (host(id).reachable()) {
                host(id.value()).isSeen();
            }
        });
    }

    /** These hosts, and no others, are worked on. */
    public void inMaintenanceAre(List<String> names) {
        hosts.replaceAll((id, h) -> new Host(
                id, h.topology(), h.facts(), h.cordoned(), names.contains(id.value()), h.reachable(), h.observedAt()));
    }

    /** All exemptions are deleted. */
    public void nobodyIsExempt() {
        exemptions.clear();
    }

    /** The rollout that host runs belong to. */
    public void rolloutIs(Run run) {
        rollout = run;
    }

    public Fleet fleet() {
        return new Fleet(hosts.values(), vms);
    }

    public VmForecast forecast(Vm vm, Host from, Host to) {
        Duration pause = pauses.getOrDefault(vm.id(), Duration.ofMillis(50));
        return new VmForecast(vm.id(), to.id(), new Impact.Pause(pause), Duration.ofSeconds(5));
    }

    public World world() {
        return new World(now, fleet(), this::forecast, id -> id.equals(UPDATE) ? update() : null, vm -> windows)
                .exempting(new Exemptions(exemptions))
                .knowing(id -> rollout != null && rollout.id().equals(id) ? rollout : null);
    }
}
