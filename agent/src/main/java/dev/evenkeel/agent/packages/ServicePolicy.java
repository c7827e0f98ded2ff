package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/**
 * Keeps packages' scripts from stopping what running VMs hang on, by the host's {@code policy-rc.d}: above all libvirt-guests, which
 * shuts VMs down when it stops, and which goes with libvirt-daemon-common when an update is undone. A policy of the operator's is
 * kept beside ours, which asks it about everything else, and is back in its place when ours goes.
 *
 * @see <a href="https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt">Debian, invoke-rc.d and policy-rc.d</a>
 */
public final class ServicePolicy {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String OURS = "# Put here by Evenkeel's agent";

    private final Path policy;
    private final Path own;

    /** @param directory where packages' scripts look for it: {@code /usr/sbin}; its path may hold no single quote */
    public ServicePolicy(Path directory) {
        this.policy = directory.resolve("policy-rc.d");
        this.own = directory.resolve("policy-rc.d.before-evenkeel");
    }

    /** From now on it holds; it is not heeded any more after a reboot. At every moment there is a policy, theirs or ours. */
    void hold() throws IOException {
        if (!isOurs()) {
            Files.deleteIfExists(own);
            if (isThere(policy)) {
                Files.createLink(own, policy); // a symbolic link, as update-alternatives(1) makes, stays one
            }
        }
        Path beside = policy.resolveSibling("policy-rc.d.evenkeel-new");
        Files.deleteIfExists(beside);
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(beside, text());
        Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(beside, policy, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What was there before is back; whatever was put there meanwhile stays. */
    void release() throws IOException {
        if (!isOurs()) {
            Files.deleteIfExists(own);
        } else if (isThere(own)) {
            Files.move(own, policy, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.delete(policy);
        }
    }

    private boolean isOurs() throws IOException {
        return Files.isRegularFile(policy)
                && new String(Files.readAllBytes(policy), StandardCharsets.ISO_8859_1).contains(OURS);
    }

    private static boolean isThere(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private String text() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ServicePolicy.class.getResourceAsStream("policy-rc.d.sh"), "policy-rc.d.sh")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@OWN@", own.toString())
                    .replace("@BOOT@", Files.readString(BOOT_ID).strip());
        }
    }
}
