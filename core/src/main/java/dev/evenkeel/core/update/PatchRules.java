package dev.evenkeel.core.update;

import dev.evenkeel.core.update.ManifestRules.FieldError;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What the hot patches of a manifest must keep. */
final class PatchRules {
    /** As the kernel's module loader names modules: with underscores, and short. */
    private static final Pattern MODULE = Pattern.compile("[a-z0-9_]{1,55}");

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final Pattern RELEASE = Pattern.compile("[0-9]+\\.[0-9]+[A-Za-z0-9._+~-]*");
    private static final Map<PatchFile.Kind, String> ENDING =
            Map.of(PatchFile.Kind.LIVEPATCH, ".ko", PatchFile.Kind.JVM, ".jar", PatchFile.Kind.NATIVE, ".so");

    private PatchRules() {}

    static void check(String at, Component component, Payload payload, List<FieldError> errors) {
        if (payload.patches().isEmpty()) {
            errors.add(new FieldError(at + ".patches", "[]", "name at least one hot patch"));
        }
        if (!payload.packages().isEmpty() || !payload.previous().isEmpty()) {
            errors.add(new FieldError(
                    at + ".packages",
                    payload.packages().isEmpty()
                            ? "[]"
                            : payload.packages().getFirst().file(),
                    "a hot patch installs nothing: put packages under another method, such as MIGRATE"));
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < payload.patches().size(); i++) {
            PatchFile patch = payload.patches().get(i);
            String here = at + ".patches[" + i + "]";
            ManifestRules.digest(here, patch, errors);
            String ending = ENDING.getOrDefault(patch.kind(), "");
            if (patch.file().contains("/") || !patch.file().endsWith(ending)) {
                errors.add(new FieldError(
                        here + ".file", patch.file(), "give the name of a " + ending + " file without a folder"));
            }
            boolean kernel = patch.kind() == PatchFile.Kind.LIVEPATCH;
            if (!(kernel ? MODULE : NAME).matcher(patch.name()).matches()) {
                errors.add(new FieldError(
                        here + ".name",
                        patch.name(),
                        kernel
                                ? "give the module's name: lower-case letters, digits and underscores"
                                : "use lower-case letters, digits, dots and dashes"));
            }
            if (patch.version().isBlank()) {
                errors.add(new FieldError(here + ".version", patch.version(), "give the version of the patch"));
            }
            if (kernel && !RELEASE.matcher(patch.target()).matches()) {
                errors.add(new FieldError(
                        here + ".target", patch.target(), "give the kernel's release as uname -r prints it"));
            } else if (patch.target().isBlank()) {
                errors.add(new FieldError(here + ".target", patch.target(), "say what the patch is built for"));
            }
            if (kernel != (component == Component.KERNEL)) {
                errors.add(new FieldError(
                        here + ".kind",
                        patch.kind().name(),
                        kernel
                                ? "a livepatch changes the kernel: set component to KERNEL"
                                : "only a LIVEPATCH changes the kernel: set component to SERVICE"));
            }
            if (!seen.add(patch.fact() + " " + patch.target())) {
                errors.add(new FieldError(here + ".name", patch.name(), "name each patch once for each target"));
            }
        }
    }
}
