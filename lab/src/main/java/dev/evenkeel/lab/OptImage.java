package dev.evenkeel.lab;

import dev.evenkeel.lab.debian.Cache;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What other hosts are shown of the machine under {@code /opt/evenkeel}, as a file system that a full-kernel host can
 * mount: a Java runtime, Evenkeel's jars with a cache that quickens an agent's start, the guests' kernel and initrd, and
 * the scripts that a host starts with.
 */
final class OptImage {
    /** What the agent's jars and their libraries use of the JDK, jcmd to look into a running agent, and what hosts' own services use. */
    private static final List<String> MODULES = List.of(
            "java.base",
            "java.instrument", // for services that are patched while they run
            "java.logging",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.sql",
            "java.xml",
            "jdk.jcmd",
            "jdk.unsupported");

    /** Where a host finds what the JVM wrote down about an agent's start. */
    static final String START_CACHE = "/opt/evenkeel/agent.aot";

    private static final int RECIPE = 1; // raise it when this class makes a runtime in another way

    private OptImage() {}

    /** Makes the image in the lab's directory, for it holds jars that may be others tomorrow; a few seconds. */
    static Path make(LabRecord record, Cache cache, Progress progress) throws IOException {
        Path boot = Files.createDirectories(record.directory().resolve("boot"));
        for (String script : List.of("kernel-host-init.sh", "host-config.sh", "host-init.sh")) {
            Path file = Trees.unpack(OptImage.class, "/dev/evenkeel/lab/" + script, boot);
            Command.of("chmod", "755", file.toString()).check();
        }
        Path image = record.directory().resolve("opt.ext4");
        Path script = Trees.unpack(OptImage.class, "/dev/evenkeel/lab/kernel-host-opt.sh", record.directory());
        Optional<Path> lib = record.get("lib").map(Path::of);
        String agent = lib.isPresent() ? "/opt/evenkeel/lib/" + ControlPlane.agentJar(lib.get()) : "";
        Command.of(
                        "unshare",
                        "--mount",
                        "--net",
                        "--propagation",
                        "private",
                        "sh",
                        script.toString(),
                        record.need("kernel.layer") + ":" + record.need("root"),
                        image.toString(),
                        String.join(" ", ControlPlane.AGENT_FLAGS) + " -XX:AOTCacheOutput=" + START_CACHE,
                        agent,
                        "boot=" + boot,
                        "guest=" + record.need("guest"),
                        "jdk=" + runtime(Path.of(record.need("jdk")), cache, progress),
                        "lib=" + lib.map(Path::toString).orElse(""))
                .check();
        return image;
    }

    /** A runtime of the JDK with nothing in it but what an agent takes, about 100 MiB. */
    private static Path runtime(Path jdk, Cache cache, Progress progress) throws IOException {
        String ingredients = RECIPE + "\n" + MODULES + "\n" + Files.readString(jdk.resolve("release"));
        return cache.get("jre", ingredients, dir -> {
                    progress.step("linking a Java runtime for full-kernel hosts (once)");
                    Command.of(
                                    jdk.resolve("bin/jlink").toString(),
                                    "--add-modules",
                                    String.join(",", MODULES),
                                    "--strip-debug",
                                    "--no-header-files",
                                    "--no-man-pages",
                                    "--generate-cds-archive",
                                    "--output",
                                    dir.resolve("runtime").toString())
                            .check();
                })
                .resolve("runtime");
    }
}
