package dev.evenkeel.lab.debian;

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
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A real update of the kernel for full-kernel hosts: the newest of Debian's cloud kernels. It replaces no package, for every
 * kernel has a name of its own; the way back is to remove it. The kernel's package is packed anew with gzip, its contents as
 * they were: to unpack xz takes dpkg most of a minute on a host under emulation.
 */
public final class KernelUpdate {
    private static final int RECIPE = 1; // raise it when this class makes a set in another way

    private KernelUpdate() {}

    /**
     * The directory with {@code update.yaml} and the package files it names, made now where the cache has none. Takes about
     * a quarter of a minute then.
     *
     * @param root the root of the hosts it is for
     */
    public static Path in(Cache cache, DebianMirror mirror, KernelRoot root, Progress progress) throws IOException {
        List<AptSource> sources = mirror.release("bookworm");
        String ingredients = RECIPE + "\n" + root.layer() + "\n"
                + String.join("\n", sources.stream().map(AptSource::line).toList());
        return cache.get("update-kernel", ingredients, dir -> {
            progress.step("collecting the update: a newer kernel from " + mirror.archive() + " (once)");
            make(dir, sources, root);
        });
    }

    private static void make(Path dir, List<AptSource> sources, KernelRoot root) throws IOException {
        Path work = Files.createDirectory(dir.resolve("work"));
        Path status = root.layer().resolve("var/lib/dpkg/status");
        PrivateApt apt = new PrivateApt(Files.createDirectory(work.resolve("apt")), sources, status);
        String next = KernelRoot.newest(apt.query("pkgnames", "linux-"), 1).getFirst();
        if (KernelRoot.abi(next) <= KernelRoot.abi(root.kernel())) {
            throw new IOException("The Debian archive has no newer cloud kernel than " + root.kernel()
                    + ", which the hosts have: there is nothing to update to");
        }
        List<String> install = List.of("--yes", "install", "linux-image-" + next);
        AptPlan plan = AptPlan.parse(apt.run("--simulate", install));
        if (!plan.replaced().isEmpty()) {
            throw new IOException("linux-image-" + next + " takes other versions of " + plan.replaced()
                    + " than the hosts have; renew the host root with \"lab down --purge\"");
        }
        apt.run("--download-only", install);
        for (Path deb : PrivateApt.debs(apt.archives())) {
            packAnew(deb, dir.resolve(String.valueOf(deb.getFileName())), work.resolve("tree"));
        }
        Update update = update(next, UpdatePackages.describe(dir), plan.added());
        List<ManifestRules.FieldError> errors = ManifestRules.check(update);
        if (!errors.isEmpty()) {
            throw new IOException("The update's manifest is not good: " + errors);
        }
        Trees.remove(work);
        Files.writeString(dir.resolve("update.yaml"), Json.yaml().writeValueAsString(update));
    }

    private static void packAnew(Path deb, Path into, Path tree) throws IOException {
        Command.of("dpkg-deb", "--raw-extract", deb.toString(), tree.toString()).check();
        Path packed = deb.resolveSibling("packed");
        Command.of("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", tree.toString(), packed.toString())
                .within(Duration.ofMinutes(5))
                .check();
        Files.move(packed, into, StandardCopyOption.ATOMIC_MOVE);
        Trees.remove(tree);
    }

    /**
     * The manifest.
     *
     * @param kernel as {@code uname -r} prints it
     * @param added names of the packages that hosts do not have yet
     */
    static Update update(String kernel, List<PackageFile> packages, List<String> added) throws IOException {
        String version = packages.stream()
                .filter(p -> p.name().equals("linux-image-" + kernel))
                .map(PackageFile::version)
                .findFirst()
                .orElseThrow(() -> new IOException("apt has not brought linux-image-" + kernel));
        Payload payload = new Payload(packages, List.of(), added, List.of());
        EnumMap<Method, Payload> methods = new EnumMap<>(Method.class);
        methods.put(Method.PRESERVE_KERNEL, payload);
        methods.put(Method.REBOOT, payload);
        return new Update(
                new UpdateId("kernel-" + kernel.replace("-cloud-amd64", "")),
                version,
                Component.KERNEL,
                Severity.IMPORTANT,
                "Linux " + kernel + " from Debian 12",
                methods,
                new TreeMap<>(Map.of("kernel", kernel)));
    }
}
