package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A manifest as it lies on disk, with the payload files beside it. It is sent word for word: a manifest that is signed
 * one day must not be changed on the way.
 *
 * @param text the whole file
 * @param payloads file by digest, each checked to have that digest
 */
record ManifestFile(String text, String contentType, Map<String, Path> payloads) {
    private static final List<String> NAMES = List.of("update.yaml", "update.yml", "update.json");

    ManifestFile {
        payloads = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(payloads));
    }

    /**
     * Reads the manifest at {@code place}, or in it when it is a directory.
     *
     * @throws CommandFailed with {@link ExitCode#USAGE} naming every payload file that is missing or differs
     */
    static ManifestFile read(Path place) {
        Path file = Files.isDirectory(place) ? inside(place) : place;
        boolean json = file.toString().endsWith(".json");
        String text;
        JsonNode manifest;
        try {
            text = Files.readString(file);
            manifest = (json ? JsonMapper.shared() : new YAMLMapper()).readTree(text);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, "the manifest " + file + " cannot be read");
        } catch (JacksonException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "the manifest " + file + " is not good " + (json ? "JSON: " : "YAML: ") + e.getMessage());
        }
        Path folder = file.toAbsolutePath().getParent();
        Map<String, Path> payloads = payloads(manifest, folder == null ? Path.of("/") : folder);
        return new ManifestFile(text, json ? "application/json" : "application/yaml", payloads);
    }

    boolean isJson() {
        return contentType.equals("application/json");
    }

    /**
     * The manifest as the server and every host will read it.
     *
     * @throws CommandFailed with {@link ExitCode#USAGE} naming the field that cannot be read
     */
    Update update() {
        try {
            return (isJson() ? dev.evenkeel.wire.Json.mapper() : dev.evenkeel.wire.Json.yaml())
                    .readValue(text, Update.class);
        } catch (JacksonException e) {
            throw new CommandFailed(ExitCode.USAGE, "the manifest is not good: " + e.getOriginalMessage());
        }
    }

    private static Path inside(Path directory) {
        return NAMES.stream()
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new CommandFailed(
                        ExitCode.USAGE,
                        "there is no manifest in " + directory + ": it is called " + String.join(" or ", NAMES)));
    }

    private static Map<String, Path> payloads(JsonNode manifest, Path folder) {
        Map<String, Path> payloads = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        for (JsonNode method : manifest.path("methods")) {
            for (String list : List.of("packages", "previous", "patches")) {
                for (JsonNode entry : method.path(list)) {
                    String name = Json.textOr("", entry, "file");
                    String digest = Json.textOr("", entry, "sha256");
                    Path payload = folder.resolve(name);
                    if (name.isEmpty() || !Files.isReadable(payload)) {
                        wrong.add("file: value \"" + name + "\" → put it beside the manifest, into " + folder);
                    } else if (payloads.putIfAbsent(digest, payload) == null) {
                        String found = sha256(payload);
                        if (!found.equals(digest)) {
                            wrong.add("sha256 of " + name + ": value \"" + digest + "\" → the file has " + found);
                        }
                    }
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new CommandFailed(ExitCode.USAGE, "the payloads do not fit the manifest", wrong);
        }
        return payloads;
    }

    static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (DigestInputStream reading = new DigestInputStream(in, digest)) {
                reading.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, "the payload file " + file + " cannot be read: " + e.getMessage());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
