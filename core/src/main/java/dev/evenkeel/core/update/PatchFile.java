package dev.evenkeel.core.update;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostFacts;
import java.util.Locale;

/**
 * One file of a hot patch.
 *
 * @param file the file's name, without a folder
 * @param sha256 lower-case hex digest of the file
 * @param name the patch's name: of a LIVEPATCH the kernel module's, of which the kernel can have one only
 * @param version the patch's version, by which hosts that have it are known
 * @param target what it is built for: of a LIVEPATCH the kernel's release as {@code uname -r} prints it, of a JVM patch the main
 *     class of the services, of a NATIVE one the build id of the program
 */
public record PatchFile(String file, String sha256, Bytes size, Kind kind, String name, String version, String target)
        implements PayloadFile {

    /** How a hot patch gets in. */
    public enum Kind {
        /** A module of the Linux kernel's livepatch. */
        LIVEPATCH,
        /** Classes that are redefined in running Java virtual machines. */
        JVM,
        /** Functions of running processes that were built with room at their entries. */
        NATIVE
    }

    /** How a host stands to a patch that it tells of. */
    public enum Standing {
        /** Its version is told. */
        LIVE,
        /** Live, and brought in by others. */
        FOREIGN,
        /** It ought to be live and is not. */
        MISSING,
        /** Something is being done about it. */
        CHANGING;

        /** What is told in place of a version. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @param told the value of a {@link PatchFile#fact} */
        public static Standing of(String told) {
            for (Standing each : values()) {
                if (each != LIVE && each.word().equals(told)) {
                    return each;
                }
            }
            return LIVE;
        }
    }

    /** Whether a name of {@link HostFacts#versions} is a hot patch's. */
    public static boolean isFact(String name) {
        for (Kind kind : Kind.values()) {
            if (name.startsWith(kind.name().toLowerCase(Locale.ROOT) + ".")) {
                return true;
            }
        }
        return false;
    }

    /** The name under which a host tells the version that it has live, as in {@link HostFacts#versions}. */
    public String fact() {
        return kind.name().toLowerCase(Locale.ROOT) + "." + name;
    }
}
