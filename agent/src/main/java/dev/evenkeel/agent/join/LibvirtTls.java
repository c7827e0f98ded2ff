package dev.evenkeel.agent.join;

import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;

/**
 * Puts the host's key and certificate where libvirt (remote access, {@code qemu+tls://}) and QEMU (migration streams with
 * TLS) look for theirs. Places and names are those of libvirt's "TLS" and "Secure migration" pages.
 */
public final class LibvirtTls {
    /** Debian's QEMU runs as this group where libvirt drops its rights; it must read the migration keys. */
    private static final String QEMU_GROUP = "libvirt-qemu";

    private final Path pki;

    /** @param pki usually {@code /etc/pki} */
    public LibvirtTls(Path pki) {
        this.pki = pki;
    }

    /** Installs the files, each whole or not at all; those that are right already are left alone. */
    public void install(IdentityFiles identity) throws IOException {
        String key;
        try {
            key = HostKey.forGnuTls(identity.keyPem());
        } catch (GeneralSecurityException e) {
            throw new IOException("the host's key can't be given to libvirt: " + e.getMessage(), e);
        }
        String certificate = identity.certificatePem();
        String authority = identity.authorityPem();
        place("CA/cacert.pem", authority, false);
        for (String end : List.of("server", "client")) {
            place("libvirt/private/" + end + "key.pem", key, false);
            place("libvirt/" + end + "cert.pem", certificate, false);
            place("qemu/" + end + "-key.pem", key, true);
            place("qemu/" + end + "-cert.pem", certificate, true);
        }
        place("qemu/ca-cert.pem", authority, true);
    }

    private void place(String name, String text, boolean forQemu) throws IOException {
        Path file = pki.resolve(name);
        if (Files.exists(file) && Files.readString(file).equals(text)) {
            return;
        }
        Files.createDirectories(file.getParent());
        PrivateFiles.write(file, text);
        if (!name.contains("key")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        } else if (forQemu) {
            Optional<GroupPrincipal> group = group(file);
            if (group.isPresent()) {
                Files.getFileAttributeView(file, PosixFileAttributeView.class).setGroup(group.get());
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
            }
        }
    }

    private static Optional<GroupPrincipal> group(Path file) throws IOException {
        try {
            return Optional.of(
                    file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(QEMU_GROUP));
        } catch (UserPrincipalNotFoundException e) {
            return Optional.empty();
        }
    }
}
