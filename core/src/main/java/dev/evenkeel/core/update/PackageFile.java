package dev.evenkeel.core.update;

import dev.evenkeel.core.fleet.Bytes;

/**
 * One Debian package of a payload.
 *
 * @param file the file's name, without a folder
 * @param sha256 lower-case hex digest of the file
 * @param name the package's name, as dpkg knows it
 * @param version the package's version
 */
public record PackageFile(String file, String sha256, Bytes size, String name, String version) implements PayloadFile {}
