package dev.evenkeel.core.update;

import dev.evenkeel.core.fleet.Bytes;

/** A file that a payload brings to a host, known by its content. */
public sealed interface PayloadFile permits PackageFile, PatchFile {
    /** Its name, without a folder. */
    String file();

    /** Lower-case hex digest of its content. */
    String sha256();

    Bytes size();
}
