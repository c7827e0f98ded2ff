package dev.evenkeel.bench;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Domains;
import dev.evenkeel.agent.libvirt.JobStatistics;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Sees from outside when the first VM of a lab begins to move: its host's libvirtd has a migration under way. */
final class FirstMove implements AutoCloseable {
    private final List<Connection> hosts = new ArrayList<>();
    private final List<Domains> vms = new ArrayList<>();

    FirstMove(BenchLab bench) {
        for (LabHost host : bench.lab().hosts()) {
            Connection connection = bench.open(host);
            hosts.add(connection);
            vms.add(connection.domains());
        }
    }

    /** Begins to watch; the answer comes with the first migration, or is empty after the limit. */
    CompletableFuture<Optional<Instant>> watch(Duration limit) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return Await.until(limit, this::anyMoves) ? Optional.of(Instant.now()) : Optional.empty();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                r -> Thread.ofPlatform().daemon().start(r));
    }

    private boolean anyMoves() {
        return vms.stream().flatMap(all -> all.all().stream()).anyMatch(FirstMove::moves);
    }

    private static boolean moves(Domain vm) {
        try {
            JobStatistics job = vm.job();
            return job.isRunning() && job.operation() == JobStatistics.Operation.MIGRATION_OUT;
        } catch (LibvirtException e) {
            return false; // gone, to another host
        }
    }

    @Override
    public void close() {
        vms.forEach(Domains::close);
        hosts.forEach(Connection::close);
    }
}
