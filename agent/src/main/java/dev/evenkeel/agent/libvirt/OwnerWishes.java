package dev.evenkeel.agent.libvirt;

import dev.evenkeel.core.fleet.Intent;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import org.w3c.dom.Element;

/**
 * Whose a VM is and what it bears, from the {@code ek:vm} element of its metadata. What is missing has its default; what can't be
 * read is taken as the strictest wish, because a typing error must not cost anyone a pause.
 *
 * @param tenant the owner, {@code default} when not said
 */
public record OwnerWishes(String tenant, Optional<String> availabilitySet, Intent intent) {
    /** The namespace of the element. */
    public static final String NAMESPACE = "https://evenkeel.dev/xmlns/vm/1";

    static OwnerWishes of(Element domain) {
        return Xml.all(domain, "metadata/vm").stream()
                .filter(e -> NAMESPACE.equals(e.getNamespaceURI()))
                .findFirst()
                .map(OwnerWishes::read)
                .orElseGet(() -> new OwnerWishes("default", Optional.empty(), Intent.DEFAULT));
    }

    private static OwnerWishes read(Element vm) {
        return new OwnerWishes(
                Xml.attribute(vm, "tenant").orElse("default"),
                Xml.attribute(vm, "availability-set"),
                new Intent(
                        Xml.attribute(vm, "max-pause").map(OwnerWishes::pause).orElse(Intent.DEFAULT.maxPause()),
                        Xml.attribute(vm, "migration")
                                .map(w -> word(Intent.Migration.class, w, Intent.Migration.NEVER))
                                .orElse(Intent.Migration.ALLOWED),
                        Xml.attribute(vm, "post-copy").filter("allowed"::equals).isPresent(),
                        Xml.attribute(vm, "restart")
                                .map(w -> word(Intent.Restart.class, w, Intent.Restart.NEVER))
                                .orElse(Intent.Restart.NEVER),
                        Xml.attribute(vm, "on-host-failure")
                                .map(w -> word(Intent.OnHostFailure.class, w, Intent.OnHostFailure.LEAVE))
                                .orElse(Intent.OnHostFailure.LEAVE)));
    }

    private static Duration pause(String text) {
        try {
            Duration pause = Duration.parse(text);
            return pause.isNegative() || pause.isZero() ? Duration.ofMillis(1) : pause;
        } catch (DateTimeParseException e) {
            return Duration.ofMillis(1);
        }
    }

    private static <E extends Enum<E>> E word(Class<E> type, String word, E strictest) {
        try {
            return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return strictest;
        }
    }
}
