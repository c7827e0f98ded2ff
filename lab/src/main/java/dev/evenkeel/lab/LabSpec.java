package dev.evenkeel.lab;

import dev.evenkeel.lab.debian.VmmVersion;
import dev.evenkeel.lab.guest.VmPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a lab shall be.
 *
 * @param name begins the names of its namespaces; several labs of different names can live side by side
 * @param state the state directory; the lab uses {@code lab/NAME} and {@code cache} in it
 * @param hosts how many hosts made of namespaces, 1 to 40, or none where there are full-kernel hosts
 * @param kernelHosts the full-kernel hosts and their VMs
 * @param vms the VMs of the hosts made of namespaces, spread over them in turn
 * @param vmm what the hosts are installed with
 * @param beatPeriod time between a VM's heartbeats, 1 ms or more
 * @param controlPlane whether a server and an agent on each host are started too
 * @param plainTcp whether libvirtd also listens without encryption on TCP 16509 of its management address
 * @param hostDiskMib the most a host may write to its own root, in RAM, MiB
 */
public record LabSpec(
        String name,
        Path state,
        int hosts,
        KernelHosts kernelHosts,
        List<VmPlan> vms,
        VmmVersion vmm,
        Duration beatPeriod,
        boolean controlPlane,
        boolean plainTcp,
        int hostDiskMib) {

    static final int MOST_HOSTS = 40;

    public LabSpec {
        if (!name.matches("[a-z][a-z0-9]{0,9}")) {
            throw new IllegalArgumentException(
                    "lab name \"" + name + "\": use one to ten small letters and digits, beginning with a letter");
        }
        int most = hosts + kernelHosts.count();
        if (hosts < 0 || most < 1 || most > MOST_HOSTS) {
            throw new IllegalArgumentException("hosts " + most + ": a lab has 1 to " + MOST_HOSTS + " hosts");
        }
        if (hosts == 0 && !vms.isEmpty()) {
            throw new IllegalArgumentException(
                    "vms " + vms.size() + ": a lab of full-kernel hosts only has only theirs; use no others");
        }
        if (vms.size() > 200) {
            throw new IllegalArgumentException("vms " + vms.size() + ": a lab has at most 200 VMs");
        }
        state = state.toAbsolutePath().normalize();
        if (state.toString().matches(".*[:,\\\\\\s\"].*")) {
            throw new IllegalArgumentException("state directory \"" + state
                    + "\": overlay mounts cannot take a path with a colon, comma, backslash, quote or blank;"
                    + " choose another with --state");
        }
        vms = List.copyOf(vms);
    }

    /** Three hosts, the usual six VMs, QEMU 10.0.2, a beat every 20 ms, no control plane. */
    public static LabSpec in(Path state) {
        return new LabSpec(
                "ek",
                state,
                3,
                KernelHosts.NONE,
                VmPlan.fleet(6),
                VmmVersion.QEMU_10_0,
                Duration.ofMillis(20),
                false,
                true,
                3072);
    }

    public LabSpec withName(String other) {
        return new LabSpec(other, state, hosts, kernelHosts, vms, vmm, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withHosts(int count) {
        return new LabSpec(name, state, count, kernelHosts, vms, vmm, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withKernelHosts(KernelHosts wanted) {
        return new LabSpec(name, state, hosts, wanted, vms, vmm, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    /** The VMs of a host at the start, by the host's number from 1. */
    List<VmPlan> vmsOf(int host) {
        boolean namespaces = host <= hosts;
        List<VmPlan> all = namespaces ? vms : kernelHosts.vms();
        int first = namespaces ? host - 1 : host - hosts - 1;
        int step = namespaces ? hosts : kernelHosts.count();
        return IntStream.iterate(first, i -> i < all.size(), i -> i + step)
                .mapToObj(all::get)
                .toList();
    }

    /** All VMs. */
    List<VmPlan> allVms() {
        return Stream.concat(vms.stream(), kernelHosts.vms().stream()).toList();
    }

    /** The usual mixture of this many VMs. */
    public LabSpec withVms(int count) {
        return withVms(VmPlan.fleet(count));
    }

    public LabSpec withVms(List<VmPlan> plans) {
        return new LabSpec(
                name, state, hosts, kernelHosts, plans, vmm, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withVmm(VmmVersion version) {
        return new LabSpec(
                name, state, hosts, kernelHosts, vms, version, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withBeatPeriod(Duration period) {
        return new LabSpec(name, state, hosts, kernelHosts, vms, vmm, period, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withControlPlane(boolean wanted) {
        return new LabSpec(name, state, hosts, kernelHosts, vms, vmm, beatPeriod, wanted, plainTcp, hostDiskMib);
    }

    public LabSpec withPlainTcp(boolean wanted) {
        return new LabSpec(name, state, hosts, kernelHosts, vms, vmm, beatPeriod, controlPlane, wanted, hostDiskMib);
    }

    public LabSpec withHostDiskMib(int mib) {
        return new LabSpec(name, state, hosts, kernelHosts, vms, vmm, beatPeriod, controlPlane, plainTcp, mib);
    }
}
