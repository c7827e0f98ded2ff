package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainStatistics.Group;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.TypedParameters;

/**
 * How much of its virtual CPUs a guest uses between two looks.
 *
 * @param usedNanos CPU time of all its virtual CPUs at the first look
 * @param atNanos when that was; 0 when it could not be read
 */
record CpuMeter(long usedNanos, long atNanos) {
    static final CpuMeter UNKNOWN = new CpuMeter(0, 0);

    static CpuMeter start(Domain domain) {
        try {
            TypedParameters numbers = domain.statistics(Group.VCPU).parameters();
            return new CpuMeter(used(numbers), System.nanoTime());
        } catch (LibvirtException e) {
            return UNKNOWN;
        }
    }

    /** From 0 to 1, over all its CPUs; 0 when it can't be told. */
    double busy(Domain domain) {
        if (atNanos == 0) {
            return 0;
        }
        try {
            TypedParameters numbers = domain.statistics(Group.VCPU).parameters();
            long cpus = Math.max(1, numbers.number("vcpu.current").orElse(1));
            double share = (used(numbers) - usedNanos) / (double) (cpus * (System.nanoTime() - atNanos));
            return Math.clamp(share, 0.0, 1.0);
        } catch (LibvirtException e) {
            return 0;
        }
    }

    private static long used(TypedParameters numbers) {
        return numbers.values().entrySet().stream()
                .filter(e -> e.getKey().matches("vcpu\\.\\d+\\.time") && e.getValue() instanceof Number)
                .mapToLong(e -> ((Number) e.getValue()).longValue())
                .sum();
    }
}
