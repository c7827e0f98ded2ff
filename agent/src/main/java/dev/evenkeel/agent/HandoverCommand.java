package dev.evenkeel.agent;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Libvirt;
import dev.evenkeel.agent.packages.Services;
import dev.evenkeel.agent.preserve.HandoverResult;
import dev.evenkeel.agent.preserve.VmmHandover;
import dev.evenkeel.core.fleet.VmId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evenkeel agent handover}: what the agent does on an order of the server, by hand. */
@Command(
        name = "handover",
        description = {
            "Gives running VMs of this host the QEMU that is installed now. Their memory stays where it is; each stands still for some"
                    + " milliseconds, twice.",
            "The VM's memory must lie in a shared file: <memoryBacking> with source type file and access mode shared."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class HandoverCommand implements Callable<Integer> {
    private static final int CALLS = 8;

    @Parameters(paramLabel = "VM", arity = "1..*", description = "Names of domains.")
    List<String> vms = List.of();

    @Option(names = "--libvirt", defaultValue = "qemu:///system", description = "This host's libvirt daemon")
    String libvirtUri = "";

    @Option(
            names = "--max-pause",
            defaultValue = "PT5S",
            description = "A VM that stands still for longer goes on in its old process; ISO 8601")
    Duration maxPause = Duration.ZERO;

    @Option(names = "--run", defaultValue = "/run/evenkeel", description = "Where to note what is under way")
    Path run = Path.of("");

    @Override
    public Integer call() throws IOException {
        String unavailable = Libvirt.whyUnavailable().orElse(null);
        if (unavailable != null) {
            throw new IOException(unavailable);
        }
        Supplier<Connection> libvirt = () -> Connection.open(libvirtUri);
        int worst = 0;
        try (BlockingCalls calls = new BlockingCalls(CALLS);
                VmmHandover handover = new VmmHandover(run, libvirt, calls, new Services()::reloadVirtualisation)) {
            for (String vm : vms) {
                HandoverResult result = handover.hand(find(libvirt, vm), false, maxPause, done -> {});
                System.out.println(vm + ": " + words(result));
                worst = Math.max(worst, exit(result));
            }
        }
        return worst;
    }

    private static VmId find(Supplier<Connection> libvirt, String name) throws IOException {
        try (Connection connection = libvirt.get();
                Domain domain = connection.domain(name).orElse(null)) {
            if (domain == null) {
                throw new IOException("VM \"" + name + "\": this host has none of that name; see virsh list");
            }
            return new VmId(domain.id().toString());
        }
    }

    private static String words(HandoverResult result) {
        return switch (result) {
            case HandoverResult.Done done ->
                "runs on the installed VMM; it stood still for "
                        + done.stop().map(s -> ms(s) + " by its clock, ").orElse("")
                        + ms(done.accounted()) + " by QEMU's account; " + ms(done.total()) + " in all";
            case HandoverResult.Refused refused -> "refused: " + refused.why();
            case HandoverResult.Failed failed -> "failed: " + failed.why();
            case HandoverResult.Unknown unknown -> "look at it: " + unknown.evidence();
        };
    }

    private static String ms(Duration length) {
        return String.format(Locale.ROOT, "%.1f ms", length.toNanos() / 1e6);
    }

    private static int exit(HandoverResult result) {
        return switch (result) {
            case HandoverResult.Done d -> 0;
            case HandoverResult.Refused r -> 1;
            case HandoverResult.Failed f -> 2;
            case HandoverResult.Unknown u -> 3;
        };
    }
}
