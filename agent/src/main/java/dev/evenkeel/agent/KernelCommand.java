package dev.evenkeel.agent;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Libvirt;
import dev.evenkeel.agent.packages.Closing;
import dev.evenkeel.agent.packages.HookHearing;
import dev.evenkeel.agent.packages.QemuHook;
import dev.evenkeel.agent.packages.RunningSoftware;
import dev.evenkeel.agent.packages.ServicePolicy;
import dev.evenkeel.agent.packages.Services;
import dev.evenkeel.agent.preserve.KernelSwitch;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evenkeel agent kernel}: what the agent does on an order of the server, by hand. */
@Command(
        name = "kernel",
        description = {
            "Starts another kernel on this host while its VMs stand still, their memory kept; they are resumed under it by the host's"
                    + " agent.",
            "Without RELEASE, says what the last one came to."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class KernelCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "RELEASE",
            arity = "0..1",
            description = "The kernel to start, as uname -r will say; its files must lie in /boot.")
    @Nullable
    String release;

    @Option(names = "--libvirt", defaultValue = "qemu:///system", description = "This host's libvirt daemon")
    String libvirtUri = "";

    @Option(names = "--state", defaultValue = "/var/lib/evenkeel", description = "The agent's own directory")
    Path state = Path.of("");

    @Option(names = "--hooks", defaultValue = "/etc/libvirt/hooks", description = "Where libvirt looks for hooks")
    Path hooks = Path.of("");

    @Override
    public Integer call() throws IOException {
        String unavailable = Libvirt.whyUnavailable().orElse(null);
        if (unavailable != null) {
            throw new IOException(unavailable);
        }
        Supplier<Connection> libvirt = () -> Connection.open(libvirtUri);
        Services services = new Services();
        Closing closing = new Closing(
                new QemuHook(hooks, state).mark(),
                new HookHearing(new RunningSoftware(libvirt), services),
                new ServicePolicy(Path.of("/usr/sbin")));
        KernelSwitch kernels = new KernelSwitch(state, libvirt, closing, services::reloadVirtualisation);
        Outcome outcome = release == null
                ? kernels.last().orElseThrow(() -> new IOException("no kernel was started under VMs of this host yet"))
                : kernels.start(new EffectId("by-hand-" + Instant.now().toEpochMilli()), release);
        return switch (outcome) {
            case Outcome.Switched s
            when s.why() == null -> said(0, "runs " + s.after().get("kernel") + stood(s));
            case Outcome.Switched s -> said(2, s.why() + stood(s));
            case Outcome.Failed f -> said(1, "refused: " + f.why());
            case Outcome.Unknown u -> said(3, "look at it: " + u.why());
            default -> throw new IllegalStateException("no outcome of a change of the kernel: " + outcome);
        };
    }

    private static int said(int exit, String words) {
        System.out.println(words);
        return exit;
    }

    private static String stood(Outcome.Switched switched) {
        StringBuilder text = new StringBuilder();
        for (Outcome.Stood vm : switched.stood()) {
            text.append("; VM ").append(vm.vm());
            text.append(
                    vm.died() == null
                            ? " stood still for " + vm.stop().toMillis() + " ms"
                            : " is dead: " + vm.died().why());
        }
        return text.toString();
    }
}
