package dev.evenkeel.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A small disk of a test's own, that it can fill up. */
final class SmallDisk implements AutoCloseable {
    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /** Skips the test where nobody may mount. */
    static SmallDisk mount(Path directory, String size) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "skipped: it takes root to mount a small disk");
        Files.createDirectories(directory);
        String said = run("mount", "-t", "tmpfs", "-o", "size=" + size, "evenkeel-test", directory.toString());
        assumeTrue(Files.getFileStore(directory).type().equals("tmpfs"), "skipped: this root may not mount: " + said);
        return new SmallDisk(directory);
    }

    /** Takes all the room that is left. */
    void fill() throws IOException {
        for (int block = 1 << 16; block >= 512; block /= 2) {
            try (OutputStream out = Files.newOutputStream(
                    ballast(), java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)) {
                byte[] zeros = new byte[block];
                while (true) {
                    out.write(zeros);
                }
            } catch (IOException e) {
                if (!String.valueOf(e.getMessage()).contains("No space left")) {
                    throw e;
                }
            }
        }
    }

    /** Gives it back. */
    void empty() throws IOException {
        Files.delete(ballast());
    }

    private Path ballast() {
        return directory.resolve("ballast");
    }

    private static String run(String... words) throws Exception {
        Process process = new ProcessBuilder(Arrays.asList(words))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }

    @Override
    public void close() throws Exception {
        run("umount", "--lazy", directory.toString());
    }
}
