package dev.evenkeel.lab.guest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One VM of a lab: its size, its load and what its owner lets happen to it.
 *
 * @param number its place in the lab, from 1; gives its address 10.78.1.number
 * @param name unique in the lab; also the id in its heartbeats
 * @param memoryMib 128 or more; what it never touches costs nothing
 * @param dirtyMibPerSecond how fast it dirties its working set
 * @param workingSetMib the memory it keeps dirtying; at most a quarter of its memory goes well
 * @param disk whether it has a small disk in its host's local pool
 * @param sharedMemory whether its memory lies in a file that another process can open, so that its VMM can be replaced
 * @param owner whose it is and what it bears
 */
public record VmPlan(
        int number,
        String name,
        int memoryMib,
        double dirtyMibPerSecond,
        int workingSetMib,
        boolean disk,
        boolean sharedMemory,
        Owner owner) {
    /** Whose a VM is and what it bears: the attributes of the {@code ek:vm} element in the domain's metadata. */
    public record Owner(
            String tenant,
            Optional<String> availabilitySet,
            Duration maxPause,
            String migration,
            String postCopy,
            String restart,
            String onHostFailure) {

        /** The defaults: nothing said but the tenant. */
        public static Owner of(String tenant) {
            return new Owner(tenant, Optional.empty(), Duration.ofSeconds(5), "allowed", "never", "never", "leave");
        }

        public Owner inSet(String set) {
            return new Owner(tenant, Optional.of(set), maxPause, migration, postCopy, restart, onHostFailure);
        }

        public Owner withMaxPause(Duration pause) {
            return new Owner(tenant, availabilitySet, pause, migration, postCopy, restart, onHostFailure);
        }

        /** {@code allowed}, {@code avoid} or {@code never}. */
        public Owner withMigration(String word) {
            return new Owner(tenant, availabilitySet, maxPause, word, postCopy, restart, onHostFailure);
        }

        /** {@code allowed} or {@code never}. */
        public Owner withPostCopy(String word) {
            return new Owner(tenant, availabilitySet, maxPause, migration, word, restart, onHostFailure);
        }

        /** {@code never} or {@code consent}. */
        public Owner withRestart(String word) {
            return new Owner(tenant, availabilitySet, maxPause, migration, postCopy, word, onHostFailure);
        }

        /** {@code restart} or {@code leave}. */
        public Owner withOnHostFailure(String word) {
            return new Owner(tenant, availabilitySet, maxPause, migration, postCopy, restart, word);
        }
    }

    /** The address in the guests' network. */
    public String address() {
        return "10.78." + (1 + number / 250) + "." + number % 250;
    }

    public String mac() {
        return "52:54:00:4e:%02x:%02x".formatted(number >> 8, number & 0xff);
    }

    public VmPlan withLoad(double mibPerSecond, int workingSet) {
        return new VmPlan(number, name, memoryMib, mibPerSecond, workingSet, disk, sharedMemory, owner);
    }

    public VmPlan withMemory(int mib) {
        return new VmPlan(number, name, mib, dirtyMibPerSecond, workingSetMib, disk, sharedMemory, owner);
    }

    public VmPlan withDisk() {
        return new VmPlan(number, name, memoryMib, dirtyMibPerSecond, workingSetMib, true, sharedMemory, owner);
    }

    public VmPlan withSharedMemory() {
        return new VmPlan(number, name, memoryMib, dirtyMibPerSecond, workingSetMib, disk, true, owner);
    }

    public VmPlan withOwner(Owner other) {
        return new VmPlan(number, name, memoryMib, dirtyMibPerSecond, workingSetMib, disk, sharedMemory, other);
    }

    /** A small idle VM with nothing said about it but its tenant. */
    public static VmPlan small(int number, String name, String tenant) {
        return new VmPlan(number, name, 128, 0, 0, false, false, Owner.of(tenant));
    }

    /**
     * The usual mixture, repeated as often as it takes: two tenants, a pair that must not share a host, an idle one,
     * a busy one, one with a disk.
     */
    public static List<VmPlan> fleet(int count) {
        Owner acme = Owner.of("acme");
        Owner globex = Owner.of("globex");
        List<VmPlan> plans = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            int round = (n - 1) / 6;
            String suffix = round == 0 ? "" : Integer.toString(round + 1);
            Owner web = acme.inSet("web" + suffix).withMaxPause(Duration.ofSeconds(2));
            plans.add(
                    switch ((n - 1) % 6) {
                        case 0 -> new VmPlan(n, "acme-web" + suffix + "-a", 128, 2, 16, false, false, web);
                        case 1 -> new VmPlan(n, "acme-web" + suffix + "-b", 128, 2, 16, false, false, web);
                        case 2 -> new VmPlan(n, "globex-api" + suffix, 160, 8, 24, false, false, globex);
                        case 3 ->
                            new VmPlan(
                                    n,
                                    "acme-db" + suffix,
                                    192,
                                    5,
                                    32,
                                    true,
                                    false,
                                    acme.withMaxPause(Duration.ofSeconds(1)));
                        case 4 ->
                            new VmPlan(
                                    n,
                                    "globex-batch" + suffix,
                                    256,
                                    30,
                                    48,
                                    false,
                                    false,
                                    globex.withPostCopy("allowed").withMaxPause(Duration.ofSeconds(3)));
                        default ->
                            new VmPlan(
                                    n,
                                    "globex-cache" + suffix,
                                    128,
                                    0,
                                    0,
                                    false,
                                    false,
                                    globex.withOnHostFailure("restart"));
                    });
        }
        return plans;
    }
}
