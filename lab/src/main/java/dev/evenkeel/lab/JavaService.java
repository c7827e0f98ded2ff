package dev.evenkeel.lab;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.lab.debian.Livepatches;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Java service on a host that has a fault, and the patch for it: sent something to look up, it looks it up, until it is patched.
 *
 * @param update the directory with {@code update.yaml} and the patch
 */
public record JavaService(LabHost host, Path update) {
    private static final String MAIN = "com.example.Inventory";
    private static final String ON_HOST = "/run/lab/inventory.jar";
    private static final String PID = "/run/lab/inventory.pid";
    private static final int PORT = 7077;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Compiled, brought onto a host, and started there; answers when this returns. */
    public static JavaService start(Lab lab, LabHost host) throws IOException {
        Path work = Files.createDirectories(lab.directory().resolve("service"));
        Path jdk = Path.of(System.getProperty("java.home"), "bin");
        Path old = compile(jdk, work, "old", List.of("Inventory.java", "Parser.java"));
        Path service = jar(jdk, work.resolve("inventory.jar"), List.of("-C", old.toString(), "."));
        Path update = Files.createDirectories(work.resolve("update"));
        patch(jdk, work, old, update);
        JavaService started = new JavaService(host, update);
        host.put(service, ON_HOST);
        host.command(List.of(
                        "sh",
                        "-c",
                        "setsid /opt/evenkeel/jdk/bin/java -XX:+UseSerialGC -Xmx32m -XX:TieredStopAtLevel=1 -cp "
                                + ON_HOST + " " + MAIN + " " + PORT
                                + " >/var/log/inventory.log 2>&1 </dev/null & echo $! >" + PID))
                .check();
        if (!Await.until(PATIENCE, () -> started.tries("hello").ok())) {
            throw new IOException("The Java service on " + host + " does not answer: "
                    + host.exec("cat", "/var/log/inventory.log").out());
        }
        return started;
    }

    private static Path compile(Path jdk, Path work, String into, List<String> sources) throws IOException {
        Path classes = Files.createDirectories(work.resolve(into));
        List<String> words = new ArrayList<>(List.of(
                jdk.resolve("javac").toString(), "--release", "17", "-d", classes.toString(), "-cp", work + "/old"));
        for (String source : sources) {
            Path texts = Files.createDirectories(work.resolve(into + ".java"));
            Path text = Trees.unpack(JavaService.class, "/dev/evenkeel/lab/service/" + source + ".txt", texts);
            Path named = texts.resolve(source.replaceFirst("^Patched", "")); // as the class in it
            words.add(Files.move(text, named).toString());
        }
        Command.of(words).within(PATIENCE).check();
        return classes;
    }

    private static Path jar(Path jdk, Path jar, List<String> what) throws IOException {
        List<String> words =
                new ArrayList<>(List.of(jdk.resolve("jar").toString(), "--create", "--file", jar.toString()));
        words.addAll(what);
        Command.of(words).within(PATIENCE).check();
        return jar;
    }

    private static void patch(Path jdk, Path work, Path old, Path update) throws IOException {
        Path fresh = compile(jdk, work, "fresh", List.of("PatchedParser.java"));
        Path beside = Files.createDirectories(work.resolve("beside/META-INF/evenkeel/check"));
        Path proof = compile(jdk, work, "proof", List.of("Proof.java"));
        Files.move(proof.resolve("proof"), beside.resolve("proof"));
        Path manifest = Files.writeString(work.resolve("manifest"), """
                Evenkeel-Patch-Name: inventory-parser
                Evenkeel-Patch-Version: 1
                Evenkeel-Patch-Target: %s
                Evenkeel-Patch-Check: proof.Proof#run=refused
                """.formatted(MAIN));
        Path file = update.resolve("inventory-parser-1.jar");
        jar(
                jdk,
                file,
                List.of(
                        "--manifest",
                        manifest.toString(),
                        "-C",
                        fresh.toString(),
                        ".",
                        "-C",
                        work.resolve("beside").toString(),
                        "."));
        PatchFile patch = new PatchFile(
                String.valueOf(file.getFileName()),
                UpdatePackages.sha256(file),
                new Bytes(Files.size(file)),
                PatchFile.Kind.JVM,
                "inventory-parser",
                "1",
                MAIN);
        Livepatches.write(
                update,
                new Update(
                        new UpdateId("inventory-fix-1"),
                        "1",
                        Component.SERVICE,
                        Severity.CRITICAL,
                        "The inventory's parser looks nothing up any more",
                        Map.of(Method.HOT_PATCH, Payload.of(List.of(patch))),
                        new TreeMap<>()));
    }

    /** What it answers to a line. */
    public String ask(String line) throws IOException {
        Command.Result answer = tries(line);
        if (!answer.ok()) {
            throw new IOException("The Java service on " + host + " does not answer: " + answer.complaint());
        }
        return answer.out().strip();
    }

    private Command.Result tries(String line) throws IOException {
        return host.exec(
                "bash",
                "-c",
                "exec 3<>/dev/tcp/127.0.0.1/" + PORT
                        + " && printf '%s\\n' \"$1\" >&3 && read -r answer <&3 && echo \"$answer\"",
                "ask",
                line);
    }

    /** Ends it. */
    public void end() throws IOException {
        host.command(List.of("sh", "-c", "kill $(cat " + PID + ")")).check();
    }
}
