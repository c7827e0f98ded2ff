package dev.evenkeel.agent.hotpatch.jvm;

import dev.evenkeel.agent.hotpatch.jvm.inside.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * A directory in a target's own {@code /tmp}, where attaching needs one too: our jar and a request go in, an answer comes out. It
 * belongs to us, so that the target's user can't put anything else in its place; of its own it has only the file for the answer.
 */
final class Delivery implements AutoCloseable {
    /** How the jar's path ends, in any target. */
    static final String JAR = "patcher.jar";

    static final String PREFIX = "/tmp/.evenkeel-";
    private static final String RESOURCE = "patcher-inside.jar";
    private static final int LARGEST = 64 << 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String inTarget;
    private final Path here;

    private Delivery(String inTarget, Path here) {
        this.inTarget = inTarget;
        this.here = here;
    }

    /** @throws IOException when the target's {@code /tmp} takes no files */
    static Delivery to(TargetJvm jvm, Request request) throws IOException {
        byte[] word = new byte[8];
        RANDOM.nextBytes(word);
        String inTarget = PREFIX + HexFormat.of().formatHex(word);
        if (!Files.isDirectory(jvm.proc("root/tmp"), LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("the target has no directory /tmp");
        }
        Path here = jvm.proc("root" + inTarget);
        Files.createDirectory(here, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Delivery delivery = new Delivery(inTarget, here);
        try {
            delivery.write(JAR, jar());
            delivery.write("request", request.toBytes());
            delivery.write("answer", new byte[0]);
            delivery.hand(jvm);
            return delivery;
        } catch (IOException | RuntimeException e) {
            delivery.close();
            throw e;
        }
    }

    private static byte[] jar() throws IOException {
        try (InputStream in = Delivery.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("this agent was built without " + RESOURCE);
            }
            return in.readAllBytes();
        }
    }

    private void write(String name, byte[] bytes) throws IOException {
        Path file = here.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, bytes);
    }

    /** From now on the target's group may read, and the target's user may write the answer. */
    private void hand(TargetJvm jvm) throws IOException {
        if (Attachment.isRoot()) {
            Files.setAttribute(here, "unix:gid", jvm.gid());
            Files.setAttribute(here.resolve(JAR), "unix:gid", jvm.gid());
            Files.setAttribute(here.resolve("request"), "unix:gid", jvm.gid());
            Files.setAttribute(here.resolve("answer"), "unix:uid", jvm.uid());
        }
        Files.setPosixFilePermissions(here.resolve(JAR), PosixFilePermissions.fromString("r--r-----"));
        Files.setPosixFilePermissions(here.resolve("request"), PosixFilePermissions.fromString("r--r-----"));
        Files.setPosixFilePermissions(here, PosixFilePermissions.fromString("rwxr-x---"));
    }

    /** Path of the jar as the target sees it. */
    String jarInTarget() {
        return inTarget + "/" + JAR;
    }

    /** Path of the directory as the target sees it. */
    String inTarget() {
        return inTarget;
    }

    /** What the target has written so far. */
    byte[] answer() throws IOException {
        try (InputStream in = Files.newInputStream(here.resolve("answer"), LinkOption.NOFOLLOW_LINKS)) {
            return in.readNBytes(LARGEST);
        }
    }

    /** Takes the request away. True when the target had not begun to look for it, and so will never carry it out. */
    boolean withdraw() {
        try {
            Files.deleteIfExists(here.resolve("request"));
            return answer().length == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        for (String name : new String[] {"request", "answer", JAR, ""}) {
            try {
                Files.deleteIfExists(name.isEmpty() ? here : here.resolve(name));
            } catch (IOException e) {
                // the target has ended, and its /tmp with it; what is left of a /tmp is swept by the system
            }
        }
    }
}
