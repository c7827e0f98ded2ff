package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL that comes along as a Maven artifact (binaries only, an xz-packed tar per architecture).
 *
 * @param archive name of the archive on the class path
 * @param version what it holds
 */
record BundledPostgres(String archive, PostgresVersion version) {
    private static final Logger LOG = LoggerFactory.getLogger(BundledPostgres.class);

    /** The archive for this processor, if one is on the class path. */
    static Optional<BundledPostgres> ofThisMachine() {
        String archive = switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "postgres-linux-x86_64.txz";
            case "aarch64" -> "postgres-linux-arm_64.txz";
            default -> "";
        };
        return !archive.isEmpty() && BundledPostgres.class.getResource("/" + archive) != null
                ? bundledVersion().map(version -> new BundledPostgres(archive, version))
                : Optional.empty();
    }

    private static Optional<PostgresVersion> bundledVersion() {
        Properties properties = new Properties();
        try (InputStream in = BundledPostgres.class.getResourceAsStream("bundled.properties")) {
            if (in == null) {
                return Optional.empty();
            }
            properties.load(in);
        } catch (IOException e) {
            return Optional.empty();
        }
        return PostgresVersion.parse(properties.getProperty("version", ""));
    }

    /**
     * Unpacks into the cache unless it is there already. The directory appears under its name only when it is complete
     * and on disk, so an interrupted unpacking is simply done again.
     */
    PostgresInstall unpack(Path cache) throws PostgresTrouble {
        Path target = cache.resolve("postgresql-" + version + "-" + System.getProperty("os.arch"));
        try {
            if (!Files.isDirectory(target)) {
                LOG.info("Unpacking the bundled PostgreSQL {} into {}", version, target);
                Files.createDirectories(cache);
                Path unfinished = target.resolveSibling(target.getFileName() + ".new");
                FileTree.delete(unfinished);
                Files.createDirectory(unfinished);
                extract(unfinished);
                Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (AtomicMoveNotSupportedException e) {
            throw new PostgresTrouble(Code.FAILED, cache + " cannot rename a directory in itself: " + e, e);
        } catch (IOException e) {
            throw Complaint.of("unpacking the bundled PostgreSQL into " + target, e);
        }
        return PostgresFinder.probe(target, target.resolve("bin"))
                .map(found -> new PostgresInstall(found.root(), found.bin(), found.version(), true))
                .orElseThrow(() -> new PostgresTrouble(
                        Code.NO_BINARIES,
                        "The bundled PostgreSQL in " + target + " does not run on this machine (try: " + target
                                + "/bin/postgres --version). Install PostgreSQL (Debian: apt-get install postgresql),"
                                + " or use --database URL."));
    }

    private void extract(Path into) throws IOException {
        // tar belongs to the base system everywhere; xz does not, so the unpacking of that layer is done here.
        Process tar = Shell.builder(List.of("tar", "--extract", "--no-same-owner", "--directory", into.toString()))
                .redirectErrorStream(true)
                .start();
        IOException broken = null;
        try (var packed = BundledPostgres.class.getResourceAsStream("/" + archive);
                var out = tar.getOutputStream()) {
            if (packed == null) {
                throw new IOException(archive + " is not on the class path");
            }
            new XZInputStream(new BufferedInputStream(packed)).transferTo(out);
        } catch (IOException e) {
            broken = e; // a broken pipe: what tar said is the better explanation
        }
        String said = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (Shell.await(tar) != 0 || broken != null) {
            throw new IOException(said.isEmpty() && broken != null ? broken.toString() : said, broken);
        }
        Shell.run("sync", "--file-system", into.toString());
    }
}
