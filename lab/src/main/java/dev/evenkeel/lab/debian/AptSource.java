package dev.evenkeel.lab.debian;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One place that apt may take binary packages from, as sources.list(5) describes it.
 *
 * @param uri the archive's root, without a trailing slash
 */
public record AptSource(String uri, String suite, List<String> components) {
    public AptSource {
        uri = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
        components = List.copyOf(components);
    }

    /** The one-line form, {@code deb URI SUITE COMPONENTS}. */
    public String line() {
        return "deb " + uri + " " + suite + " " + String.join(" ", components);
    }

    /** Reads a {@code .list} file: one {@code deb} line per source; other kinds and comments are passed over. */
    public static List<AptSource> parseList(String text) {
        List<AptSource> sources = new ArrayList<>();
        for (String raw : text.lines().toList()) {
            String line = raw.replaceFirst("#.*", "")
                    .replaceFirst("^\\s*deb\\s+\\[[^]]*]", "deb ")
                    .strip();
            String[] words = line.split("\\s+");
            if (words.length >= 4 && words[0].equals("deb")) {
                sources.add(
                        new AptSource(words[1], words[2], Arrays.asList(words).subList(3, words.length)));
            }
        }
        return sources;
    }

    /** Reads a {@code .sources} file (deb822): a stanza per group; disabled stanzas are passed over. */
    public static List<AptSource> parseDeb822(String text) {
        List<AptSource> sources = new ArrayList<>();
        Map<String, String> stanza = new LinkedHashMap<>();
        String field = "";
        for (String line : (text + "\n\n").lines().toList()) {
            if (line.startsWith("#")) {
                continue;
            }
            if (line.isBlank()) {
                sources.addAll(fromStanza(stanza));
                stanza.clear();
            } else if (Character.isWhitespace(line.charAt(0))) {
                stanza.merge(field, line.strip(), (a, b) -> a + " " + b);
            } else if (line.indexOf(':') > 0) {
                field = line.substring(0, line.indexOf(':')).strip().toLowerCase(java.util.Locale.ROOT);
                stanza.put(field, line.substring(line.indexOf(':') + 1).strip());
            }
        }
        sources.addAll(fromStanza(stanza));
        return sources;
    }

    private static List<AptSource> fromStanza(Map<String, String> stanza) {
        List<AptSource> sources = new ArrayList<>();
        String enabled = stanza.getOrDefault("enabled", "yes");
        if (!words(stanza, "types").contains("deb")
                || List.of("no", "false", "0").contains(enabled)) {
            return sources;
        }
        for (String uri : words(stanza, "uris")) {
            for (String suite : words(stanza, "suites")) {
                sources.add(new AptSource(uri, suite, words(stanza, "components")));
            }
        }
        return sources;
    }

    private static List<String> words(Map<String, String> stanza, String field) {
        String value = stanza.getOrDefault(field, "").strip();
        return value.isEmpty() ? List.of() : List.of(value.split("\\s+"));
    }
}
