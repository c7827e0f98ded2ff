package dev.evenkeel.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The subcommands of {@code evenkeel lab}. */
final class LabCommands {
    private LabCommands() {}

    /** Which lab is meant, and how to ask for help; every subcommand has it. */
    static final class Which {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "show this and exit")
        boolean help;

        @Option(names = "--name", defaultValue = "ek", description = "the lab's name (default: ${DEFAULT-VALUE})")
        String name = "ek";

        @Option(names = "--state", description = "the state directory (default: EVENKEEL_STATE, else XDG's)")
        @Nullable
        Path state;

        Path state() {
            return state != null ? state : StateDirectory.byDefault(System.getenv());
        }

        Lab attach() throws IOException {
            return Lab.attach(state(), name);
        }
    }

    @Command(name = "up", description = "Start a lab and wait until all its VMs beat.")
    static final class Up implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Option(names = "--hosts", defaultValue = "3", description = "how many hosts (default: ${DEFAULT-VALUE})")
        int hosts;

        @Option(
                names = "--kernel-hosts",
                defaultValue = "0",
                description = "how many more hosts with a kernel of their own, 3 GiB each (default: ${DEFAULT-VALUE})")
        int kernelHosts;

        @Option(names = "--vms", defaultValue = "6", description = "how many VMs (default: ${DEFAULT-VALUE})")
        int vms;

        @Option(names = "--bare", description = "hosts and VMs only: no server, no agents")
        boolean bare;

        @Option(names = "--beat-ms", defaultValue = "20", description = "ms between heartbeats (default: 20)")
        int beatMs;

        @Override
        public Integer call() throws IOException {
            LabSpec spec = LabSpec.in(which.state())
                    .withName(which.name)
                    .withVms(vms)
                    .withKernelHosts(KernelHosts.of(kernelHosts))
                    .withHosts(hosts)
                    .withControlPlane(!bare)
                    .withBeatPeriod(Duration.ofMillis(beatMs));
            Lab.up(spec, Progress.on(System.out));
            if (!bare) {
                System.out.println("Its fleet: evenkeel host ls · evenkeel vm ls · evenkeel events -f");
            }
            System.out.println("Its hosts: evenkeel lab status · evenkeel lab exec h1 -- virsh list");
            return 0;
        }
    }

    @Command(name = "down", description = "Take a lab away; nothing of it is left.")
    static final class Down implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Option(names = "--purge", description = "the cache (host roots, guests, packages) too")
        boolean purge;

        @Override
        public Integer call() throws IOException {
            Lab.down(which.state(), which.name);
            if (purge) {
                Lab.purge(which.state());
            }
            return 0;
        }
    }

    @Command(name = "status", description = "Hosts, VMs and how they beat.")
    static final class Status implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Override
        public Integer call() throws IOException {
            Lab lab = which.attach();
            System.out.printf("%-6s %-6s %-12s %-6s %-11s %s%n", "HOST", "STATE", "ADDRESS", "RACK", "KIND", "VMS");
            for (LabHost host : lab.hosts()) {
                Optional<String> vms = running(host);
                String state = vms.isPresent() ? "up" : host.alive() ? "silent" : "down";
                System.out.printf(
                        "%-6s %-6s %-12s %-6s %-11s %s%n",
                        host, state, host.address(), host.rack(), host.kind(), vms.orElse(""));
            }
            System.out.printf("%n%-18s %-12s %-8s %-12s %s%n", "VM", "ADDRESS", "BEATS", "GAP (10 s)", "BAD PAGES");
            Instant now = Instant.now();
            Instant from = now.minusSeconds(10);
            for (LabVm vm : lab.vms()) {
                var pulse = vm.pulse(from.minusSeconds(1));
                boolean beats = pulse.aliveSince(now.minusSeconds(1));
                System.out.printf(
                        "%-18s %-12s %-8s %-12s %d%n",
                        vm,
                        vm.address(),
                        beats ? "yes" : "no",
                        pulse.gap(from, pulse.last().orElse(now)).toMillis() + " ms",
                        pulse.badPages(Instant.EPOCH, now));
            }
            return 0;
        }
    }

    /** The VMs that run on a host; empty for one that does not answer, such as one between two kernels. */
    private static Optional<String> running(LabHost host) throws IOException {
        var answer = host.alive() ? host.tryVirsh("list", "--name") : null;
        return answer != null && answer.ok()
                ? Optional.of(String.join(" ", answer.out().strip().split("\\s+")))
                : Optional.empty();
    }

    @Command(name = "exec", description = "Run a command on a host, or in the control namespace (ctl).")
    static final class Exec implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Parameters(index = "0", paramLabel = "HOST|ctl")
        String where = "";

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND")
        List<String> words = List.of();

        @Override
        public Integer call() throws IOException, InterruptedException {
            Lab lab = which.attach();
            List<String> command = words.getFirst().equals("--") ? words.subList(1, words.size()) : words;
            if (command.isEmpty()) {
                throw new IllegalArgumentException("no command after --: give one, for example virsh list");
            }
            return (where.equals("ctl")
                            ? lab.inControl(command)
                            : lab.host(where).command(command))
                    .interactive();
        }
    }

    @Command(name = "crash", description = "Cut a host's power: all its VMs die, its disk stays.")
    static final class Crash implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Parameters(index = "0", paramLabel = "HOST")
        String host = "";

        @Override
        public Integer call() throws IOException {
            which.attach().host(host).crash();
            return 0;
        }
    }

    @Command(name = "add", description = "Start a crashed host again; without a name, add a new one.")
    static final class Add implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Parameters(index = "0", arity = "0..1", paramLabel = "HOST")
        @Nullable
        String host;

        @Override
        public Integer call() throws IOException {
            Lab lab = which.attach();
            Optional<LabHost> known =
                    lab.hosts().stream().filter(h -> h.name().equals(host)).findFirst();
            String next = "h" + (lab.hosts().getLast().number() + 1);
            if (known.isPresent()) {
                known.get().start();
            } else if (host == null || host.equals(next)) {
                System.out.println(lab.addHost() + " is up");
            } else {
                throw new IOException("No host \"" + host + "\" in this lab; a new one is called " + next);
            }
            return 0;
        }
    }

    @Command(name = "update", description = "Collect a real update for the hosts; prints its directory.")
    static final class Update implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Option(names = "--kernel", description = "a kernel, for the full-kernel hosts, instead of a VMM")
        boolean kernel;

        @Override
        public Integer call() throws IOException {
            Lab lab = which.attach();
            Progress progress = Progress.on(System.err);
            System.out.println(kernel ? lab.kernelUpdate(progress) : lab.vmmUpdate(progress));
            return 0;
        }
    }
}
