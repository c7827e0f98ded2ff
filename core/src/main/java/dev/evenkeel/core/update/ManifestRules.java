package dev.evenkeel.core.update;

import dev.evenkeel.core.fleet.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What a manifest must keep before the catalogue takes it. */
public final class ManifestRules {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** One broken rule: the manifest's field, what stood there, and what to write instead. */
    public record FieldError(String field, String value, String remedy) {}

    private ManifestRules() {}

    /** All broken rules, in the order of the fields; empty when the manifest is good. */
    public static List<FieldError> check(Update update) {
        List<FieldError> errors = new ArrayList<>();
        if (update.version().isBlank()) {
            errors.add(new FieldError("version", update.version(), "give the version that the update brings"));
        }
        if (update.methods().isEmpty()) {
            errors.add(new FieldError("methods", "{}", "give a payload for at least one method, such as MIGRATE"));
        }
        if (update.verify().isEmpty() && !update.methods().keySet().equals(Set.of(Method.HOT_PATCH))) {
            errors.add(new FieldError(
                    "verify", "{}", "say what must run afterwards, such as qemu: \"11.1\"; unverified is not done"));
        }
        update.methods().forEach((method, payload) -> {
            String at = "methods." + method;
            if (method == Method.HOT_PATCH) {
                PatchRules.check(at, update.component(), payload, errors);
                return;
            }
            if (payload.packages().isEmpty()) {
                errors.add(new FieldError(at + ".packages", "[]", "name at least one package file"));
            }
            if (!payload.patches().isEmpty()) {
                errors.add(new FieldError(
                        at + ".patches",
                        payload.patches().getFirst().file(),
                        "put hot patches under methods.HOT_PATCH"));
            }
            files(at + ".packages", payload.packages(), errors);
            files(at + ".previous", payload.previous(), errors);
            for (String name : payload.removeOnUndo()) {
                if (payload.packages().stream().noneMatch(p -> p.name().equals(name))) {
                    errors.add(new FieldError(
                            at + ".removeOnUndo", name, "name only packages that this payload installs"));
                }
            }
        });
        relations("requires", update.requires(), update, errors);
        relations("conflicts", update.conflicts(), update, errors);
        for (UpdateId id : update.conflicts()) {
            if (update.requires().contains(id)) {
                errors.add(new FieldError("conflicts", id.value(), "name it in requires or in conflicts, not in both"));
            }
        }
        if (update.appliesTo() != null) {
            update.appliesTo().versions().forEach((name, version) -> {
                if (name.isBlank() || version.isBlank()) {
                    errors.add(new FieldError(
                            "appliesTo.versions." + name,
                            version,
                            "give what must run, such as kernel: \"6.1\"; leave out what does not matter"));
                }
            });
            if (update.appliesTo().versions().isEmpty()
                    && update.appliesTo().capabilities().isEmpty()) {
                errors.add(new FieldError("appliesTo", "{}", "leave it out for all hosts, else say for which"));
            }
        }
        return List.copyOf(errors);
    }

    private static void relations(String field, List<UpdateId> ids, Update update, List<FieldError> errors) {
        Set<UpdateId> seen = new HashSet<>();
        for (int i = 0; i < ids.size(); i++) {
            String at = field + "[" + i + "]";
            if (ids.get(i).equals(update.id())) {
                errors.add(new FieldError(at, ids.get(i).value(), "name other updates, not this one"));
            } else if (!seen.add(ids.get(i))) {
                errors.add(new FieldError(at, ids.get(i).value(), "name each update once"));
            }
        }
    }

    static void digest(String here, PayloadFile file, List<FieldError> errors) {
        if (!SHA256.matcher(file.sha256()).matches()) {
            errors.add(new FieldError(here + ".sha256", file.sha256(), "give 64 lower-case hex digits"));
        }
    }

    private static void files(String at, List<PackageFile> files, List<FieldError> errors) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < files.size(); i++) {
            PackageFile file = files.get(i);
            String here = at + "[" + i + "]";
            digest(here, file, errors);
            if (file.file().contains("/") || !file.file().endsWith(".deb")) {
                errors.add(
                        new FieldError(here + ".file", file.file(), "give the name of a .deb file without a folder"));
            }
            if (!seen.add(file.name())) {
                errors.add(new FieldError(here + ".name", file.name(), "name each package once"));
            }
            try {
                Names.require("package name", file.name());
            } catch (IllegalArgumentException e) {
                errors.add(new FieldError(here + ".name", file.name(), "give the package's name as dpkg knows it"));
            }
        }
    }
}
