package dev.evenkeel.lab;

import dev.evenkeel.lab.debian.VmmVersion;
import dev.evenkeel.lab.guest.VmPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a lab shall be.
 *
 * @param name begins the names of its namespaces; several labs of different names can live side by side
 * @param state the state directory; the lab uses {@code lab/NAME} and {@code cache} in it
 * @param hosts how many hosts, 1 to 40
 * @param vms the VMs, spread over the hosts in turn
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
        List<VmPlan> vms,
        VmmVersion vmm,
        Duration beatPeriod,
        boolean controlPlane,
        boolean plainTcp,
        int hostDiskMib) {

    public LabSpec {
        if (!name.matches("[a-z][a-z0-9]{0,9}")) {
            throw new IllegalArgumentException(
                    "lab name \"" + name + "\": use one to ten small letters and digits, beginning with a letter");
        }
        if (hosts < 1 || hosts > 40) {
            throw new IllegalArgumentException("hosts " + hosts + ": a lab has 1 to 40 hosts");
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
                "ek", state, 3, VmPlan.fleet(6), VmmVersion.QEMU_10_0, Duration.ofMillis(20), false, true, 3072);
    }

    public LabSpec withName(String other) {
        return new LabSpec(other, state, hosts, vms, vmm, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withHosts(int count) {
        return new LabSpec(name, state, count, vms, vmm, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    /** The usual mixture of this many VMs. */
    public LabSpec withVms(int count) {
        return withVms(VmPlan.fleet(count));
    }

    public LabSpec withVms(List<VmPlan> plans) {
        return new LabSpec(name, state, hosts, plans, vmm, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withVmm(VmmVersion version) {
        return new LabSpec(name, state, hosts, vms, version, beatPeriod, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withBeatPeriod(Duration period) {
        return new LabSpec(name, state, hosts, vms, vmm, period, controlPlane, plainTcp, hostDiskMib);
    }

    public LabSpec withControlPlane(boolean wanted) {
        return new LabSpec(name, state, hosts, vms, vmm, beatPeriod, wanted, plainTcp, hostDiskMib);
    }

    public LabSpec withPlainTcp(boolean wanted) {
        return new LabSpec(name, state, hosts, vms, vmm, beatPeriod, controlPlane, wanted, hostDiskMib);
    }

    public LabSpec withHostDiskMib(int mib) {
        return new LabSpec(name, state, hosts, vms, vmm, beatPeriod, controlPlane, plainTcp, mib);
    }
}
