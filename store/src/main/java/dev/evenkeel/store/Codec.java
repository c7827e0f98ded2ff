package dev.evenkeel.store;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.VmDocument;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * A type's way into a jsonb column and back.
 *
 * @param <T> the type
 */
record Codec<T>(ObjectWriter writer, ObjectReader reader) {
    static final Codec<Run> RUN = of(Run.class);
    static final Codec<RunEvent> EVENT = of(RunEvent.class);
    static final Codec<Effect> EFFECT = of(Effect.class);
    static final Codec<Outcome> OUTCOME = of(Outcome.class);
    static final Codec<Notice> NOTICE = of(Notice.class);
    static final Codec<LedgerEntry> LEDGER_ENTRY = of(LedgerEntry.class);
    static final Codec<VmDocument> VM_DOCUMENT = of(VmDocument.class);

    private static final String ZERO = "\\u0000";

    private static <T> Codec<T> of(Class<T> type) {
        return new Codec<>(Json.mapper().writerFor(type), Json.mapper().readerFor(type));
    }

    String write(T value) {
        String json = writer.writeValueAsString(value);
        return json.contains(ZERO) ? withoutZeros(json) : json;
    }

    T read(String json) {
        return reader.readValue(json);
    }

    /**
     * PostgreSQL's text cannot hold U+0000, and words of other programs may. A commit must not fail for that, so it
     * becomes the replacement character.
     */
    private static String withoutZeros(String json) {
        StringBuilder clean = new StringBuilder(json.length());
        for (int at = 0; at < json.length(); at++) {
            char c = json.charAt(at);
            if (c != '\\') {
                clean.append(c);
            } else if (json.startsWith(ZERO, at)) {
                clean.append('\ufffd');
                at += ZERO.length() - 1;
            } else {
                clean.append(c).append(json.charAt(++at)); // an escaped backslash must not be taken for a beginning
            }
        }
        return clean.toString();
    }
}
