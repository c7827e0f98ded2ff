package dev.evenkeel.it;

import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The clients of two clouds for Node, from npm's registry, kept in the cache of the tests' state directory. Where npm cannot
 * fetch them, the test is left out, and says so.
 */
final class NodePackages {
    private static final String NAME = "node-gcp-metadata-8.1.4-aws-3.1163.0";

    private NodePackages() {}

    /** The directory in which a script finds them. */
    static Path directory() throws IOException, InterruptedException {
        Path cache = Files.createDirectories(TestState.directory().resolve("cache"));
        Path made = cache.resolve(NAME);
        if (!Files.isDirectory(made)) {
            Path beside = Files.createTempDirectory(cache, NAME + ".new");
            // With this process's own environment: it says where npm's registry is.
            Process npm = new ProcessBuilder(
                            "npm",
                            "install",
                            "--no-audit",
                            "--no-fund",
                            "--ignore-scripts",
                            "--prefix",
                            beside.toString(),
                            "gcp-metadata@8.1.4",
                            "@aws-sdk/ec2-metadata-service@3.1163.0")
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(beside.resolve("npm.log").toFile())
                    .start();
            boolean done = npm.waitFor(3, TimeUnit.MINUTES) && npm.exitValue() == 0;
            npm.destroyForcibly();
            String log = Files.readString(beside.resolve("npm.log"));
            if (!done) {
                Trees.remove(beside);
            }
            Assumptions.assumeTrue(done, () -> "LEFT OUT: clients for Node, because npm cannot install them: " + log);
            Files.move(beside, made, StandardCopyOption.ATOMIC_MOVE);
        }
        return made;
    }
}
