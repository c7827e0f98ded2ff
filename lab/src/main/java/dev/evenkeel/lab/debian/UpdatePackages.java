package dev.evenkeel.lab.debian;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.ManifestRules;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real update of the VMM for lab hosts, and the packages that it replaces for the way back: for hosts with QEMU 10.0, QEMU from
 * trixie-backports with every package of Debian 13 that it takes on a Debian 12 host, libvirt and C library included; for hosts
 * with QEMU 7.2, that of bookworm-backports. What apt would do is asked of apt; whether dpkg then really does it, both ways, is
 * tried on a throw-away host before the set is kept.
 */
public final class UpdatePackages {
    /**
     * QEMU, and libvirt with it: QEMU 11.1 no longer takes the {@code detach} with which the libvirt of
     * bookworm-backports orders it to migrate, so VMs could come to an updated host but never leave it. Debian 13's can.
     */
    private static final List<String> WANTED = List.of(
            "qemu-system-x86",
            "qemu-utils",
            "libvirt-daemon",
            "libvirt-daemon-driver-qemu",
            "libvirt-daemon-driver-storage",
            "libvirt-clients");

    private static final Pattern UPSTREAM = Pattern.compile("(?:\\d+:)?(\\d+\\.\\d+)(?:\\.\\d+)?.*");
    private static final int RECIPE = 4; // raise it when this class makes a set in another way

    private UpdatePackages() {}

    /**
     * The directory with {@code update.yaml} and the package files it names, made now where the cache has none. Takes
     * about half a minute then.
     *
     * @param host the root of the hosts it is for
     * @param root where that root is
     */
    public static Path vmm(Cache cache, DebianMirror mirror, HostRoot host, Path root, Progress progress)
            throws IOException {
        String next = host.version().next();
        List<AptSource> sources = new ArrayList<>(host.sources());
        Stream.concat(mirror.release(next).stream(), Stream.of(mirror.backports(next)))
                .filter(source -> !sources.contains(source))
                .forEach(sources::add);
        // The root's key stands in its directory's name: another root is another set.
        String ingredients = RECIPE + "\n" + root.getParent() + "\n" + WANTED + "\n"
                + String.join("\n", sources.stream().map(AptSource::line).toList());
        return cache.get("update-vmm-" + next, ingredients, dir -> {
            progress.step("collecting the update: QEMU from " + next + "-backports and what it takes (once)");
            make(dir, host.version(), sources, root, progress);
        });
    }

    /** The manifest in such a directory. */
    public static Update read(Path directory) throws IOException {
        return Json.yaml().readValue(Files.readString(directory.resolve("update.yaml")), Update.class);
    }

    /** The same update, which may also be left to the owners of VMs that can't be moved, in a directory of its own with the same packages. */
    public static Path offered(Path directory, Path to) throws IOException {
        Update update = read(directory);
        Map<Method, Payload> methods = new EnumMap<>(update.methods());
        methods.put(Method.SELF_SERVICE, update.payload(Method.REBOOT).orElseThrow());
        Update offered = new Update(
                new UpdateId(update.id() + "-offered"),
                update.version(),
                update.component(),
                update.severity(),
                update.title(),
                methods,
                update.verify());
        Files.createDirectories(to);
        for (Path deb : PrivateApt.debs(directory)) {
            Files.createSymbolicLink(to.resolve(String.valueOf(deb.getFileName())), deb);
        }
        Files.writeString(to.resolve("update.yaml"), Json.yaml().writeValueAsString(offered));
        return to;
    }

    private static void make(Path dir, VmmVersion old, List<AptSource> sources, Path root, Progress progress)
            throws IOException {
        Path work = Files.createDirectory(dir.resolve("proof.in"));
        Path status = root.resolve("var/lib/dpkg/status");
        PrivateApt apt = new PrivateApt(Files.createDirectory(dir.resolve("apt")), sources, status);
        // Only the VMM from backports, and the libvirt that can drive it; what they take, from the release itself.
        apt.prefer(old.fromBackports() ? "qemu-* seabios" : "qemu-* seabios libvirt*", old.next() + "-backports");
        List<String> install = new ArrayList<>(List.of("--yes", "install"));
        install.addAll(WANTED);
        AptPlan plan = AptPlan.parse(apt.run("--simulate", install));
        apt.run("--download-only", install);
        Path packages = Files.createDirectory(work.resolve("packages"));
        for (Path deb : PrivateApt.debs(apt.archives())) {
            Files.move(deb, packages.resolve(String.valueOf(deb.getFileName())), StandardCopyOption.ATOMIC_MOVE);
        }
        Path previous = Files.createDirectory(work.resolve("previous"));
        try {
            apt.download(previous, plan.replaced());
        } catch (IOException e) {
            throw new IOException("The packages that the hosts run now can no longer be had from the mirror, so there"
                    + " would be no way back; renew the host root with \"lab down --purge\". " + e.getMessage());
        }
        apt.remove();
        Files.writeString(work.resolve("new"), String.join("\n", plan.added()) + "\n");

        Update update = update(old, describe(packages), describe(previous), plan.added());
        List<ManifestRules.FieldError> errors = ManifestRules.check(update);
        if (!errors.isEmpty()) {
            throw new IOException("The update's manifest is not good: " + errors);
        }
        prove(root, dir, update, progress);
        for (Path from : List.of(packages, previous)) {
            for (Path deb : PrivateApt.debs(from)) {
                Files.move(deb, dir.resolve(String.valueOf(deb.getFileName())), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Trees.remove(work);
        Files.writeString(dir.resolve("update.yaml"), Json.yaml().writeValueAsString(update));
    }

    private static Update update(
            VmmVersion from, List<PackageFile> packages, List<PackageFile> previous, List<String> added)
            throws IOException {
        String version = packages.stream()
                .filter(p -> p.name().equals(WANTED.getFirst()))
                .map(PackageFile::version)
                .findFirst()
                .orElseThrow(() -> new IOException(from.next() + "-backports has no newer " + WANTED.getFirst()
                        + " than the hosts: there is nothing to update to"));
        Matcher upstream = UPSTREAM.matcher(version);
        if (!upstream.matches()) {
            throw new IOException("QEMU's version " + version + " is not of the form MAJOR.MINOR");
        }
        String wanted = upstream.group(1);
        // The packages are the same by whatever method they come.
        Payload payload = new Payload(packages, previous, added, List.of("libvirtd"));
        EnumMap<Method, Payload> methods = new EnumMap<>(Method.class);
        from.methods().forEach(method -> methods.put(method, payload));
        return new Update(
                new UpdateId("qemu-" + wanted),
                version,
                Component.VMM,
                Severity.IMPORTANT,
                "QEMU " + wanted + " from Debian's " + from.next() + "-backports",
                methods,
                new TreeMap<>(Map.of("qemu", wanted)));
    }

    private static void prove(Path root, Path dir, Update update, Progress progress) throws IOException {
        Path script = Trees.unpack(UpdatePackages.class, "/dev/evenkeel/lab/prove-update.sh", dir);
        Path proof = Files.createDirectory(dir.resolve("proof"));
        Command.Result result = Command.of(
                        "unshare",
                        "--mount",
                        "--pid",
                        "--net",
                        "--ipc",
                        "--uts",
                        "--fork",
                        "--kill-child",
                        "sh",
                        script.toString(),
                        root.toString(),
                        proof.toString(),
                        update.verify().getOrDefault("qemu", ""))
                .within(Duration.ofMinutes(10))
                .run();
        if (!result.ok()) {
            throw new IOException("The update does not go in and out again on a lab host: " + result.complaint());
        }
        result.out().lines().forEach(line -> progress.step("  tried on a throw-away host: " + line + " s"));
        Files.delete(proof);
        Files.delete(script);
    }

    /** The package files in a directory, under names without an epoch. */
    static List<PackageFile> describe(Path directory) throws IOException {
        List<PackageFile> files = new ArrayList<>();
        for (Path deb : PrivateApt.debs(directory)) {
            String[] fields = Command.of("dpkg-deb", "-W", "--showformat=${Package}\t${Version}\n", deb.toString())
                    .check()
                    .strip()
                    .split("\t");
            // apt writes an epoch's colon as %3a, which would have to be quoted wherever a file name meets a URL
            Path plain = deb.resolveSibling(String.valueOf(deb.getFileName()).replaceFirst("_\\d+%3a", "_"));
            Files.move(deb, plain);
            files.add(new PackageFile(
                    String.valueOf(plain.getFileName()),
                    sha256(plain),
                    new Bytes(Files.size(plain)),
                    fields[0],
                    fields[1]));
        }
        return files;
    }

    public static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
