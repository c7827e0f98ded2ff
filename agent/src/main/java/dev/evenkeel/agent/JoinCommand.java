package dev.evenkeel.agent;

import dev.evenkeel.agent.join.Identity;
import dev.evenkeel.agent.join.IdentityFiles;
import dev.evenkeel.agent.join.JoinToken;
import dev.evenkeel.agent.join.Joiner;
import dev.evenkeel.agent.join.LibvirtTls;
import dev.evenkeel.agent.packages.QemuHook;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.wire.trust.HostName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets this host into a fleet. */
@Command(
        name = "join",
        description =
                "Lets this host into a fleet, with a one-time token. Also puts the host's key and certificate where"
                        + " libvirt and QEMU look for theirs.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class JoinCommand implements Callable<Integer> {
    @Option(names = "--server", required = true, description = "The gateway, such as https://10.77.0.1:8441")
    URI server = URI.create("");

    @Option(names = "--token", required = true, description = "From POST /v1/join-tokens")
    String token = "";

    @Option(names = "--host-id", description = "The host's id in the fleet; by default its host name")
    @Nullable
    String hostId;

    @Option(names = "--address", required = true, description = "Its management address, to which other hosts migrate")
    List<String> addresses = List.of();

    @Option(names = "--region", defaultValue = "default", description = "Where it stands")
    String region = "";

    @Option(names = "--zone", defaultValue = "default", description = "Where it stands")
    String zone = "";

    @Option(names = "--rack", defaultValue = "default", description = "Where it stands")
    String rack = "";

    @Option(
            names = "--migration-domain",
            defaultValue = "default",
            description = "Hosts of the same one can move VMs to each other")
    String migrationDomain = "";

    @Option(names = "--state", defaultValue = "/var/lib/evenkeel", description = "The agent's directory")
    Path state = Path.of("");

    @Option(names = "--no-libvirt-tls", description = "Leave /etc/pki alone")
    boolean noLibvirtTls;

    @Option(names = "--pki", defaultValue = "/etc/pki", description = "Where libvirt and QEMU look for certificates")
    Path pki = Path.of("");

    @Option(
            names = "--hooks",
            defaultValue = "/etc/libvirt/hooks",
            description = "Where libvirt looks for hooks; it sees a new one when its daemon reloads")
    Path hooks = Path.of("");

    @Option(names = "--again", description = "Join although this host has joined before")
    boolean again;

    @Override
    public Integer call() throws Exception {
        IdentityFiles files = new IdentityFiles(state);
        Optional<Identity> before = files.load();
        if (before.isPresent() && !again) {
            throw new IOException("this host has joined " + before.get().server() + " as "
                    + before.get().host() + "; to join another fleet or under another name, say --again");
        }
        String name = HostName.own();
        HostId id = new HostId(hostId == null ? name : hostId);
        Identity identity = new Joiner(files)
                .join(new Joiner.Wish(
                        server,
                        JoinToken.parse(token),
                        id,
                        new Topology(region, zone, rack, new MigrationDomainId(migrationDomain)),
                        List.of(name),
                        addresses));
        if (!noLibvirtTls) {
            new LibvirtTls(pki).install(files);
        }
        if (Files.isDirectory(hooks.resolveSibling("."))) {
            new QemuHook(hooks, state).install();
        }
        System.out.println("joined " + identity.server() + " as " + identity.host() + "; the certificate is good until "
                + identity.certificate().getNotAfter().toInstant() + " and renews itself");
        return 0;
    }
}
