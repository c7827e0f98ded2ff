package dev.evenkeel.lab.debian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Debian archives this machine already uses. Every suite the lab needs is taken from the same places, because
 * that is where the machine is known to reach.
 *
 * @param archive root of the main archive, as the machine's own sources name it
 * @param security root of the security archive; empty where the machine names none
 */
public record DebianMirror(String archive, Optional<String> security) {
    /** Reads it from the machine's apt sources. */
    public static DebianMirror ofThisMachine() throws IOException {
        return of(machineSources(Path.of("/etc/apt")));
    }

    /** Picks the archives out of sources; an error with the remedy where no Debian archive is among them. */
    public static DebianMirror of(List<AptSource> sources) throws IOException {
        Optional<String> archive = sources.stream()
                .filter(s -> s.suite().matches("(bookworm|trixie|forky|stable|testing|sid)(-updates|-backports)?"))
                .filter(s -> s.components().contains("main") && reachable(s.uri()))
                .filter(s -> !s.uri().contains("security"))
                .map(AptSource::uri)
                .findFirst();
        Optional<String> security = sources.stream()
                .filter(s -> s.suite().endsWith("-security") && reachable(s.uri()))
                .map(AptSource::uri)
                .findFirst();
        return new DebianMirror(
                archive.orElseThrow(() -> new IOException("No Debian archive among the machine's apt sources"
                        + " (/etc/apt/sources.list, /etc/apt/sources.list.d): the lab takes its hosts from Debian;"
                        + " add a line such as \"deb MIRROR bookworm main\"")),
                security);
    }

    /** A release with its point and security updates. */
    public List<AptSource> release(String codename) {
        List<AptSource> sources = new ArrayList<>();
        sources.add(main(archive, codename));
        sources.add(main(archive, codename + "-updates"));
        security.ifPresent(uri -> sources.add(main(uri, codename + "-security")));
        return sources;
    }

    /** A release's backports. */
    public AptSource backports(String codename) {
        return main(archive, codename + "-backports");
    }

    private static AptSource main(String uri, String suite) {
        return new AptSource(uri, suite, List.of("main"));
    }

    private static boolean reachable(String uri) {
        return uri.startsWith("http://") || uri.startsWith("https://") || uri.startsWith("file:");
    }

    static List<AptSource> machineSources(Path etcApt) throws IOException {
        List<Path> files = new ArrayList<>();
        Path single = etcApt.resolve("sources.list");
        if (Files.exists(single)) {
            files.add(single);
        }
        Path parts = etcApt.resolve("sources.list.d");
        if (Files.isDirectory(parts)) {
            try (Stream<Path> entries = Files.list(parts)) {
                entries.sorted().forEach(files::add);
            }
        }
        List<AptSource> sources = new ArrayList<>();
        for (Path file : files) {
            String name = file.toString();
            List<AptSource> found = List.of();
            if (name.endsWith(".list")) {
                found = AptSource.parseList(Files.readString(file));
            } else if (name.endsWith(".sources")) {
                found = AptSource.parseDeb822(Files.readString(file));
            }
            for (AptSource source : found) {
                sources.add(resolveMirrorFile(source));
            }
        }
        return sources;
    }

    // Debian's cloud images name a file with a list of mirrors (apt-transport-mirror(1)); its first line is the mirror.
    private static AptSource resolveMirrorFile(AptSource source) throws IOException {
        String prefix = "mirror+file:";
        if (!source.uri().startsWith(prefix)) {
            return source;
        }
        Path list = Path.of(source.uri().substring(prefix.length()));
        if (!Files.isReadable(list)) {
            return source;
        }
        return Files.readAllLines(list).stream()
                .map(line -> line.replaceFirst("#.*", "").strip().split("\\s+")[0])
                .filter(uri -> !uri.isEmpty())
                .findFirst()
                .map(uri -> new AptSource(uri, source.suite(), source.components()))
                .orElse(source);
    }
}
