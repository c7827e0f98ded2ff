package dev.evenkeel.lab;

import dev.evenkeel.lab.guest.VmPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The full-kernel hosts of a lab: computers of their own under emulation, each with Debian's kernel, 3 GiB of memory and
 * two CPUs, that VMs are nested in. They come after the other hosts in number.
 *
 * @param count how many, 0 to 4
 * @param vms the VMs on them, spread in turn; small ones, for a computer within a computer is slow
 * @param beatPeriod time between a nested VM's heartbeats, 50 ms or more
 */
public record KernelHosts(int count, List<VmPlan> vms, Duration beatPeriod) {
    /** No such host. */
    public static final KernelHosts NONE = new KernelHosts(0, List.of(), Duration.ofMillis(200));

    /** Each host's memory, MiB. */
    static final int MEMORY_MIB = 3072;

    /** The part of the memory that outlives a kernel, as the kernel's parameter {@code memmap=} takes it. */
    static final String RESERVED = "512M!1G";

    private static final Duration MAX_PAUSE = Duration.ofMinutes(2);

    public KernelHosts {
        if (count < 0 || count > 4) {
            throw new IllegalArgumentException("kernel hosts " + count + ": a lab has none to 4");
        }
        vms = List.copyOf(vms);
        if (count == 0 && !vms.isEmpty()) {
            throw new IllegalArgumentException(
                    "VMs on kernel hosts " + vms.size() + ": there is no such host for them");
        }
        if (beatPeriod.compareTo(Duration.ofMillis(50)) < 0) {
            throw new IllegalArgumentException("beat period on kernel hosts " + beatPeriod.toMillis()
                    + " ms: from 50 ms, for a nested VM can do no better");
        }
    }

    /**
     * This many hosts with one VM each, whose memory lies where it outlives the host's kernel. Its owner bears a pause of two
     * minutes, for a host under emulation takes a quarter of one to change its kernel.
     */
    public static KernelHosts of(int count) {
        List<VmPlan> vms = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            vms.add(VmPlan.small(200 + n, "initech-core" + (n == 1 ? "" : n), "initech")
                    .withOwner(VmPlan.Owner.of("initech").withMaxPause(MAX_PAUSE))
                    .withSharedMemory());
        }
        return new KernelHosts(count, vms, NONE.beatPeriod);
    }

    public KernelHosts withVms(List<VmPlan> plans) {
        return new KernelHosts(count, plans, beatPeriod);
    }

    public KernelHosts withBeatPeriod(Duration period) {
        return new KernelHosts(count, vms, period);
    }
}
