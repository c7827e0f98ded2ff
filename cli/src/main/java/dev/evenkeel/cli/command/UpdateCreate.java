package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.ManifestRules;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel update create}: a manifest out of package files, so that nobody types a digest. */
@Command(
        name = "create",
        description = {
            "Make an update's directory: update.yaml with what packages and hot patches themselves say, and the files beside it.",
            "Asks no server. What is not an option here is written into update.yaml by hand."
        })
final class UpdateCreate extends Verb {
    @Parameters(paramLabel = "UPDATE", description = "The id that it gets.")
    String id = "";

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The directory; it is made.")
    Path out = Path.of("");

    @Option(names = "--title", paramLabel = "TEXT", description = "What it is, in a line.")
    String title = "";

    @Option(names = "--version", paramLabel = "VERSION", required = true, description = "What it brings.")
    String version = "";

    @Option(
            names = "--component",
            paramLabel = "COMPONENT",
            required = true,
            description = "What it changes: ${COMPLETION-CANDIDATES}.")
    Component component = Component.SERVICE;

    @Option(
            names = "--severity",
            paramLabel = "SEVERITY",
            required = true,
            description = "How much it matters: ${COMPLETION-CANDIDATES}.")
    Severity severity = Severity.LOW;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            required = true,
            description = "How it may get in; may be repeated: ${COMPLETION-CANDIDATES}.")
    List<Method> methods = List.of();

    @Option(
            names = "--deb",
            paramLabel = "FILE",
            arity = "1..*",
            description = "A package that it installs; may be repeated.")
    List<Path> packages = List.of();

    @Option(
            names = "--patch",
            paramLabel = "FILE",
            arity = "1..*",
            description =
                    "A hot patch, for the method HOT_PATCH: a livepatch (.ko), a JVM's (.jar) or a native one (.so);"
                            + " may be repeated.")
    List<Path> patches = List.of();

    @Option(
            names = "--previous",
            paramLabel = "FILE",
            arity = "1..*",
            description = "A package that it replaces, for the way back; may be repeated.")
    List<Path> previous = List.of();

    @Option(
            names = "--remove-on-undo",
            paramLabel = "PACKAGE",
            description = "A package that was not there before; may be repeated.")
    List<String> removeOnUndo = List.of();

    @Option(names = "--restart", paramLabel = "SERVICE", description = "A service to restart; may be repeated.")
    List<String> restart = List.of();

    @Option(
            names = "--verify",
            paramLabel = "NAME=VERSION",
            description = "What must run afterwards, such as qemu=11.1; may be repeated. Only HOT_PATCH does without.")
    @Nullable
    Map<String, String> verify;

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            description = "When it should be everywhere, as 2026-12-01T00:00:00Z.")
    @Nullable
    String deadline;

    @Option(
            names = "--applies-to",
            paramLabel = "NAME=VERSION",
            description = "Only hosts on which this runs, such as kernel=6.1; may be repeated.")
    Map<String, String> appliesTo = Map.of();

    @Option(
            names = "--needs",
            paramLabel = "CAPABILITY",
            description = "Only hosts with this capability, such as livepatch; may be repeated.")
    List<String> needs = List.of();

    @Option(
            names = "--requires",
            paramLabel = "UPDATE",
            description = "One that must be on a host before; may be repeated.")
    List<String> requires = List.of();

    @Option(
            names = "--conflicts",
            paramLabel = "UPDATE",
            description = "One that must not be on a host; may be repeated.")
    List<String> conflicts = List.of();

    @Override
    ExitCode run(Session session) {
        ObjectNode manifest = Json.object()
                .put("id", id)
                .put("version", version)
                .put("component", component.name())
                .put("severity", severity.name())
                .put("title", title.isEmpty() ? id : title);
        Map<Path, DebFile> read = new LinkedHashMap<>();
        ObjectNode payloads = manifest.putObject("methods");
        for (Method method : methods) {
            ObjectNode payload = payloads.putObject(method.name());
            if (method == Method.HOT_PATCH) {
                hotPatches(payload.putArray("patches"));
                continue;
            }
            files(payload.putArray("packages"), packages, read);
            files(payload.putArray("previous"), previous, read);
            removeOnUndo.forEach(payload.putArray("removeOnUndo")::add);
            restart.forEach(payload.putArray("restart")::add);
        }
        ObjectNode wanted = manifest.putObject("verify");
        if (verify != null) {
            verify.forEach(wanted::put);
        }
        hosts(manifest);
        check(manifest);
        List<Path> beside = new ArrayList<>(read.keySet());
        beside.addAll(patches);
        Path file = write(manifest, beside);
        session.one(manifest, it -> session.out().println(file + " written, with " + beside.size() + " payload files"));
        session.note("next: evenkeel update sign " + out + " --key FILE");
        return ExitCode.OK;
    }

    /** For which hosts it is; what is not said is left out. */
    private void hosts(ObjectNode manifest) {
        if (deadline != null) {
            manifest.put("deadline", deadline);
        }
        if (!appliesTo.isEmpty() || !needs.isEmpty()) {
            ObjectNode to = manifest.putObject("appliesTo");
            ObjectNode versions = to.putObject("versions");
            appliesTo.forEach(versions::put);
            needs.forEach(to.putArray("capabilities")::add);
        }
        if (!requires.isEmpty()) {
            requires.forEach(manifest.putArray("requires")::add);
        }
        if (!conflicts.isEmpty()) {
            conflicts.forEach(manifest.putArray("conflicts")::add);
        }
    }

    private static void files(ArrayNode list, List<Path> files, Map<Path, DebFile> read) {
        for (Path file : files) {
            DebFile deb = read.computeIfAbsent(file, DebFile::read);
            list.addObject()
                    .put("file", String.valueOf(file.getFileName()))
                    .put("sha256", deb.sha256())
                    .put("size", deb.size())
                    .put("name", deb.name())
                    .put("version", deb.version());
        }
    }

    private void hotPatches(ArrayNode list) {
        for (Path file : patches) {
            PatchedFile patch = PatchedFile.read(file, version);
            list.addObject()
                    .put("file", String.valueOf(file.getFileName()))
                    .put("sha256", patch.sha256())
                    .put("size", patch.size())
                    .put("kind", patch.kind().name())
                    .put("name", patch.name())
                    .put("version", patch.version())
                    .put("target", patch.target());
        }
    }

    private static void check(ObjectNode manifest) {
        Update update;
        try {
            update = dev.evenkeel.wire.Json.mapper().treeToValue(manifest, Update.class);
        } catch (tools.jackson.core.JacksonException e) {
            throw new CommandFailed(ExitCode.USAGE, "the manifest would not be good: " + e.getOriginalMessage());
        }
        List<String> wrong = ManifestRules.check(update).stream()
                .map(error -> error.field() + ": value \"" + error.value() + "\" → " + error.remedy())
                .toList();
        if (!wrong.isEmpty()) {
            throw new CommandFailed(ExitCode.USAGE, "the manifest would not be good", wrong);
        }
    }

    private Path write(ObjectNode manifest, List<Path> payloads) {
        Path file = out.resolve("update.yaml");
        try {
            Files.createDirectories(out);
            if (Files.exists(file)) {
                throw new CommandFailed(
                        ExitCode.USAGE, file + " is there already; a manifest never changes, so give another --out");
            }
            for (Path payload : payloads) {
                Path beside = out.resolve(payload.getFileName());
                if (!Files.exists(beside) || !Files.isSameFile(beside, payload)) {
                    Files.copy(payload, beside, StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.writeString(file, dev.evenkeel.wire.Json.yaml().writeValueAsString(manifest));
            return file;
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, out + " cannot be written: " + e.getMessage());
        }
    }
}
