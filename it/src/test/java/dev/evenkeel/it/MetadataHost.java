package dev.evenkeel.it;

import dev.evenkeel.agent.metadata.GuestDocuments;
import dev.evenkeel.agent.metadata.GuestVm;
import dev.evenkeel.agent.metadata.MetadataServer;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.Documents;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A process that answers everybody at 169.254.169.254 as one VM: arguments are a directory, the VM's id and its name. Each
 * line on its standard input is what VMs are told from then on; on its standard output it says that it is ready, that it
 * has taken a line, and what was approved.
 */
final class MetadataHost {
    private MetadataHost() {}

    public static void main(String[] args) throws Exception {
        GuestVm vm = new GuestVm(new VmId(args[1]), args[2]);
        InstantSource clock = InstantSource.system();
        GuestDocuments documents = new GuestDocuments(Path.of(args[0]), clock);
        documents.onApproval(
                () -> documents.unreported().forEach(approval -> System.out.println("approved " + approval.event())));
        try (MetadataServer server = MetadataServer.start(
                        MetadataServer.bind(new InetSocketAddress("169.254.169.254", 80)),
                        peer -> Optional.of(vm),
                        documents,
                        Path.of(args[0]),
                        clock);
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ready");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                documents.take(Json.mapper().readValue(line, Documents.class));
                System.out.println("taken");
            }
        }
    }
}
