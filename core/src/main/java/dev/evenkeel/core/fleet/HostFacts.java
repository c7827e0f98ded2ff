package dev.evenkeel.core.fleet;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an agent found on its host.
 *
 * @param hostname the host's own name
 * @param address the management address that other hosts migrate to
 * @param arch machine architecture, such as {@code x86_64}
 * @param cpuModel the CPU baseline that libvirt reports
 * @param cpus logical CPUs
 * @param memory memory that VMs may use in all
 * @param versions what runs now, by name: {@code kernel}, {@code qemu}, {@code libvirt}, {@code microcode}
 * @param capabilities mechanisms that are there, such as {@code post-copy}, {@code livepatch}, {@code kvm},
 *     {@code preserve-kernel}
 */
public record HostFacts(
        String hostname,
        String address,
        String arch,
        String cpuModel,
        int cpus,
        Bytes memory,
        SortedMap<String, String> versions,
        SortedSet<String> capabilities) {
    public HostFacts {
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        capabilities = Collections.unmodifiableSortedSet(new TreeSet<>(capabilities));
    }
}
