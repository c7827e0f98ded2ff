package dev.evenkeel.lab.debian;

import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The root of a lab host before it is started: a minimal Debian 12 with libvirt and QEMU, made by mmdebstrap. */
public final class HostRoot {
    private static final String RELEASE = "bookworm";
    private static final int RECIPE = 1; // raise it when this class makes a root in another way

    /** QEMU's user, which libvirt needs to start; in bookworm it comes with libvirt-daemon-system, which takes systemd. */
    private static final String QEMU_USER = "chroot \"$1\" sh -c 'getent passwd libvirt-qemu >/dev/null ||"
            + " { groupadd --system --force kvm && groupadd --system --gid 64055 libvirt-qemu &&"
            + " useradd --system --uid 64055 --gid kvm --no-create-home --home-dir /var/lib/libvirt"
            + " --shell /usr/sbin/nologin libvirt-qemu; }'";

    private final DebianMirror mirror;
    private final VmmVersion version;

    public HostRoot(DebianMirror mirror, VmmVersion version) {
        this.mirror = mirror;
        this.version = version;
    }

    VmmVersion version() {
        return version;
    }

    /** Where the packages of this root come from. */
    List<AptSource> sources() {
        List<AptSource> sources = new ArrayList<>(mirror.release(RELEASE));
        if (version.fromBackports()) {
            sources.add(mirror.backports(RELEASE));
        }
        return sources;
    }

    /** The root's directory, read-only by agreement, made now where the cache has none. About half a minute then. */
    public Path in(Cache cache, Progress progress) throws IOException {
        String ingredients = RECIPE + (version.fromBackports() ? "" : QEMU_USER) + "\n" + version.packages() + "\n"
                + String.join("\n", sources().stream().map(AptSource::line).toList());
        return cache.get(
                        "host-"
                                + version.name()
                                        .toLowerCase(java.util.Locale.ROOT)
                                        .replace('_', '-'),
                        ingredients,
                        dir -> {
                            progress.step("building the host root: Debian 12 with " + version + " from "
                                    + mirror.archive() + " (once, about half a minute)");
                            make(dir.resolve("root"), progress);
                        })
                .resolve("root");
    }

    private void make(Path root, Progress progress) throws IOException {
        // mmdebstrap works on other mounts and as other users; its target must be reachable for them.
        Path pin = Files.createTempFile("evenkeel-pin", "");
        try {
            // Backports are not preferred by default; by codename, because the mirror's suite name differs.
            Files.writeString(pin, "Package: *\nPin: release n=" + RELEASE + "-backports\nPin-Priority: 500\n");
            List<String> words = new ArrayList<>(List.of(
                    "mmdebstrap",
                    "--mode=root",
                    "--variant=minbase",
                    "--format=directory",
                    "--architectures=amd64",
                    "--aptopt=Acquire::Languages \"none\"",
                    "--aptopt=APT::Install-Recommends \"false\"",
                    "--dpkgopt=force-unsafe-io",
                    "--dpkgopt=path-exclude=/usr/share/man/*",
                    "--dpkgopt=path-exclude=/usr/share/doc/*",
                    "--dpkgopt=path-exclude=/usr/share/info/*",
                    "--dpkgopt=path-exclude=/usr/share/locale/*",
                    "--setup-hook=mkdir -p \"$1/etc/apt/preferences.d\" && cp " + pin
                            + " \"$1/etc/apt/preferences.d/backports\"",
                    "--include=" + String.join(",", version.packages())));
            if (!version.fromBackports()) {
                words.add("--customize-hook=" + QEMU_USER);
            }
            for (String proxy : PrivateApt.proxySettings()) {
                words.add("--aptopt=" + proxy);
            }
            words.add(RELEASE);
            words.add(root.toString());
            sources().forEach(source -> words.add(source.line()));
            Command.Result result = Command.of(words)
                    .within(Duration.ofMinutes(15))
                    .run(line -> {
                        if (line.startsWith("I: ") && !line.contains("automatically chosen")) {
                            progress.step("  " + line.substring(3));
                        }
                    });
            if (!result.ok()) {
                throw new IOException(
                        "The host root could not be built from " + mirror.archive() + ": " + result.complaint());
            }
        } finally {
            Files.deleteIfExists(pin);
        }
    }
}
