package dev.evenkeel.lab;

import dev.evenkeel.lab.beat.Heartbeats;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One VM of a lab, wherever it runs. */
public final class LabVm {
    private static final int CONTROL_PORT = 9001;

    private final Lab lab;
    private final String name;
    private final String address;

    LabVm(Lab lab, String name, String address) {
        this.lab = lab;
        this.name = name;
        this.address = address;
    }

    public String name() {
        return name;
    }

    /** Its address in the guests' network. */
    public String address() {
        return address;
    }

    /** The hosts it runs on, as their libvirtds say: none if it is off, more than one only if something is very wrong. */
    public List<LabHost> hosts() throws IOException {
        List<LabHost> hosts = new ArrayList<>();
        for (LabHost host : lab.hosts()) {
            if (host.alive() && host.running().contains(name)) {
                hosts.add(host);
            }
        }
        return hosts;
    }

    /** The one host it runs on; empty where it runs nowhere, an error where it runs on several. */
    public Optional<LabHost> host() throws IOException {
        List<LabHost> hosts = hosts();
        if (hosts.size() > 1) {
            throw new IllegalStateException(name + " runs on " + hosts);
        }
        return hosts.stream().findFirst();
    }

    /** Asks the guest itself: {@code stat}, {@code period USEC}, {@code dirty MIB_PER_S MIB}, {@code reboot}, {@code poweroff}. */
    public String ask(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of(lab.askProgram(), address, Integer.toString(CONTROL_PORT)));
        all.addAll(Arrays.asList(words));
        Command.Result result = lab.inControl(all).run();
        if (!result.ok()) {
            throw new IOException(name + " (" + address + ") does not answer \"" + String.join(" ", words) + "\"");
        }
        return result.out().strip();
    }

    /**
     * What 169.254.169.254 answers the guest, head and all.
     *
     * @param request method and path
     * @param header one line
     * @param body empty for none
     */
    public String metadata(String request, String header, String body) throws IOException {
        return ask("metadata", request + "|" + header + "|" + body);
    }

    /** From now on it dirties a working set at this rate. */
    public void load(double mibPerSecond, int workingSetMib) throws IOException {
        ask("dirty", Double.toString(mibPerSecond), Integer.toString(workingSetMib));
    }

    /** Its heartbeats so far. */
    public Pulse pulse() throws IOException {
        return lab.heartbeats().of(name);
    }

    /** Its heartbeats from a time on. */
    public Pulse pulse(Instant from) throws IOException {
        return lab.heartbeats().since(name, from);
    }

    /** Waits until a heartbeat of this time or later is on file; false where none came within the limit. */
    public boolean awaitBeat(Instant since, Duration limit) throws IOException {
        return new Heartbeats(lab.beatsDirectory()).await(name, since, limit);
    }

    @Override
    public String toString() {
        return name;
    }
}
