package dev.evenkeel.it;

import dev.evenkeel.lab.os.Command;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.Documents;
import dev.evenkeel.wire.link.VmDocument;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A network of its own, as a VM's: its loopback has 169.254.169.254, where the agent's service answers it. */
final class MetadataNamespace implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process host;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private int stamps;

    private MetadataNamespace(Process host) {
        this.host = host;
        Thread.ofPlatform().daemon().start(() -> {
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(host.getInputStream(), StandardCharsets.UTF_8))) {
                out.lines().forEach(said::add);
            } catch (IOException e) {
                said.add(e.toString());
            }
        });
    }

    static MetadataNamespace of(Path directory, String vm, String name) throws Exception {
        List<String> words = new ArrayList<>(List.of("unshare", "--net", "sh", "-c"));
        words.add("ip link set lo up && ip addr add 169.254.169.254/32 dev lo && exec \"$@\"");
        words.addAll(List.of(
                "sh", Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        words.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        words.addAll(List.of(MetadataHost.class.getName(), directory.toString(), vm, name));
        MetadataNamespace made = new MetadataNamespace(new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        made.await("ready");
        return made;
    }

    /** From now on VMs are told this. */
    void tell(VmDocument... documents) throws Exception {
        String line = Json.mapper().writeValueAsString(new Documents("s" + stamps++, List.of(documents)));
        host.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        host.getOutputStream().flush();
        await("taken");
    }

    /** Waits until the host says this; other lines are passed over. */
    void await(String line) throws Exception {
        List<String> passed = new ArrayList<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            String next = said.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (next == null) {
                throw new AssertionError("the host never said " + line + ", but " + passed);
            }
            if (next.equals(line)) {
                return;
            }
            passed.add(next);
        }
    }

    /** A command that runs in this network. */
    Command command(String... words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + host.pid() + "/ns/net"));
        all.addAll(List.of(words));
        return Command.of(all);
    }

    @Override
    public void close() throws Exception {
        host.getOutputStream().close();
        if (!host.waitFor(10, TimeUnit.SECONDS)) {
            host.destroyForcibly();
        }
    }
}
