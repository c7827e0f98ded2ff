package dev.evenkeel.server.gateway;

import dev.evenkeel.core.engine.EffectId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What agents last said about effects under way. For people only; a restart forgets it. */
public final class ProgressBoard {
    private final Map<EffectId, String> texts = new ConcurrentHashMap<>();

    void say(EffectId effect, String text) {
        texts.put(effect, text);
    }

    void ended(Collection<EffectId> effects) {
        effects.forEach(texts::remove);
    }

    public Optional<String> of(EffectId effect) {
        return Optional.ofNullable(texts.get(effect));
    }
}
