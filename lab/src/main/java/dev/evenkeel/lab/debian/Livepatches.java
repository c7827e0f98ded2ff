package dev.evenkeel.lab.debian;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.ManifestRules;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Real livepatches for full-kernel hosts, built from source against Debian's headers: two updates, of which the second replaces the
 * first, each for the hosts' kernel and for the one that {@link KernelUpdate} brings; and modules that go wrong.
 *
 * @param directory {@code fix1} and {@code fix2} hold {@code update.yaml} and its modules; {@code odd} holds the others
 */
public record Livepatches(Path directory) {
    private static final int RECIPE = 1; // raise it when this class makes them in another way
    private static final List<String> FIXES = List.of("ek_fix1", "ek_fix2");
    private static final List<String> ODD = List.of("ek_unknown", "ek_ambiguous", "ek_stuck", "ek_sleeper");
    private static final List<String> HEADERS = List.of("fix.h", "odd.h");
    private static final String KBUILD = "linux-kbuild-6.1";

    /** The update that patches {@code /proc/version}. @param number 1 or 2 */
    public Path fix(int number) {
        return directory.resolve("fix" + number);
    }

    /** A module that goes wrong, or is what one goes wrong on, by name without {@code .ko}. */
    public Path odd(String name) {
        return directory.resolve("odd").resolve(name + ".ko");
    }

    /**
     * Made now where the cache has none, which takes half a minute.
     *
     * @param root the root of the hosts they are for
     */
    public static Livepatches in(Cache cache, DebianMirror mirror, KernelRoot root, Progress progress)
            throws IOException {
        List<AptSource> sources = mirror.release("bookworm");
        StringBuilder ingredients = new StringBuilder(RECIPE + "\n" + root.layer() + "\n");
        sources.forEach(source -> ingredients.append(source.line()).append('\n'));
        for (String file : sources()) {
            ingredients.append(Trees.text(Livepatches.class, resource(file)));
        }
        return new Livepatches(cache.get("livepatches", ingredients.toString(), dir -> {
            progress.step("building livepatches against the headers from " + mirror.archive() + " (once)");
            make(dir, sources, root);
        }));
    }

    private static List<String> sources() {
        List<String> all = new ArrayList<>(HEADERS);
        FIXES.forEach(name -> all.add(name + ".c"));
        ODD.forEach(name -> all.add(name + ".c"));
        return all;
    }

    private static String resource(String file) {
        return "/dev/evenkeel/lab/livepatch/" + file;
    }

    private static void make(Path dir, List<AptSource> sources, KernelRoot root) throws IOException {
        Path work = Files.createDirectory(dir.resolve("work"));
        Path status = root.layer().resolve("var/lib/dpkg/status");
        PrivateApt apt = new PrivateApt(Files.createDirectory(work.resolve("apt")), sources, status);
        String runs = root.kernel();
        List<String> both = KernelRoot.newest(apt.query("pkgnames", "linux-"), 2);
        String next = both.getLast();
        if (!both.contains(runs)) {
            throw new IOException("The Debian archive has headers for " + both + ", not for " + runs
                    + ", which the hosts have: renew the host root with \"lab down --purge\"");
        }
        String generic = runs.replace("-cloud-", "-");
        Path headers = headers(work, apt, List.of(runs, next, generic));
        List<String> all = new ArrayList<>(FIXES);
        all.addAll(ODD);
        Path here = compiled(work.resolve("here"), headers, runs, all);
        Path there = compiled(work.resolve("there"), headers, next, FIXES);
        Path elsewhere = compiled(work.resolve("elsewhere"), headers, generic, FIXES.subList(0, 1));

        Path odd = Files.createDirectory(dir.resolve("odd"));
        for (String name : ODD) {
            Files.copy(here.resolve(name + ".ko"), odd.resolve(name + ".ko"));
        }
        Files.copy(there.resolve("ek_fix1.ko"), odd.resolve("other_release.ko"));
        Files.copy(elsewhere.resolve("ek_fix1.ko"), odd.resolve("other_flavour.ko"));
        for (int number = 1; number <= FIXES.size(); number++) {
            String name = FIXES.get(number - 1);
            Path fix = Files.createDirectory(dir.resolve("fix" + number));
            List<PatchFile> patches = new ArrayList<>();
            for (var built : Map.of(runs, here, next, there).entrySet()) {
                Path file = fix.resolve(name + "-" + built.getKey() + ".ko");
                Files.copy(built.getValue().resolve(name + ".ko"), file);
                patches.add(patch(file, name, Integer.toString(number), built.getKey()));
            }
            write(fix, update("kernel-fix-" + number, Integer.toString(number), patches));
        }
        Trees.remove(work);
    }

    /** Unpacked, not installed: what in them names their place on a machine is set right. */
    private static Path headers(Path work, PrivateApt apt, List<String> kernels) throws IOException {
        Path debs = Files.createDirectory(work.resolve("debs"));
        List<String> names = new ArrayList<>(List.of(KBUILD));
        for (String kernel : kernels) {
            names.add("linux-headers-" + kernel);
            String common = "linux-headers-" + kernel.replaceFirst("^(6\\.1\\.0-\\d+)-.*$", "$1") + "-common";
            if (!names.contains(common)) {
                names.add(common);
            }
        }
        apt.download(debs, names);
        Path tree = Files.createDirectory(work.resolve("headers"));
        for (Path deb : PrivateApt.debs(debs)) {
            Command.of("dpkg-deb", "--extract", deb.toString(), tree.toString()).check();
        }
        Path source = tree.resolve("usr/src");
        for (String kernel : kernels) {
            Path makefile = source.resolve("linux-headers-" + kernel).resolve("Makefile");
            Files.writeString(makefile, Files.readString(makefile).replace("/usr/src/", source + "/"));
        }
        return source;
    }

    private static Path compiled(Path into, Path headers, String kernel, List<String> names) throws IOException {
        Files.createDirectory(into);
        for (String file : HEADERS) {
            Trees.unpack(Livepatches.class, resource(file), into);
        }
        StringBuilder objects = new StringBuilder("obj-m +=");
        for (String name : names) {
            Trees.unpack(Livepatches.class, resource(name + ".c"), into);
            objects.append(' ').append(name).append(".o");
        }
        Files.writeString(into.resolve("Kbuild"), objects + "\n");
        Command.of(
                        "make",
                        "--silent",
                        "-C",
                        headers.resolve("linux-headers-" + kernel).toString(),
                        "M=" + into.toAbsolutePath(),
                        "modules")
                .within(Duration.ofMinutes(5))
                .check();
        for (String name : names) {
            Command.of("strip", "--strip-debug", into.resolve(name + ".ko").toString())
                    .check();
        }
        return into;
    }

    /** A livepatch as a manifest names it. */
    public static PatchFile patch(Path file, String name, String version, String kernel) throws IOException {
        return new PatchFile(
                String.valueOf(file.getFileName()),
                UpdatePackages.sha256(file),
                new Bytes(Files.size(file)),
                PatchFile.Kind.LIVEPATCH,
                name,
                version,
                kernel);
    }

    /** An update that is nothing but these livepatches. */
    public static Update update(String id, String version, List<PatchFile> patches) {
        return new Update(
                new UpdateId(id),
                version,
                Component.KERNEL,
                Severity.CRITICAL,
                "A livepatch of /proc/version, number " + version,
                Map.of(Method.HOT_PATCH, Payload.of(patches)),
                new TreeMap<>());
    }

    /** Writes {@code update.yaml} beside the files that it names. */
    public static void write(Path directory, Update update) throws IOException {
        List<ManifestRules.FieldError> errors = ManifestRules.check(update);
        if (!errors.isEmpty()) {
            throw new IOException("The update's manifest is not good: " + errors);
        }
        Files.writeString(directory.resolve("update.yaml"), Json.yaml().writeValueAsString(update));
    }
}
