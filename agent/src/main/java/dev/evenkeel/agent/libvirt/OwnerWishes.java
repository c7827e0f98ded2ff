package dev.evenkeel.agent.libvirt;

import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Tags;
import dev.evenkeel.core.fleet.TenantId;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;

/**
 * Whose a VM is and what it bears, from the {@code ek:vm} element of its metadata. What is missing has its default; what can't be
 * read is taken as the strictest wish, because a typing error must not cost anyone a pause, and is told.
 *
 * @param tenant the owner, {@code default} when not said
 * @param misread what can't be read, each with what it counts as and the remedy
 */
public record OwnerWishes(
        String tenant, Optional<String> availabilitySet, Intent intent, Tags tags, List<Refusal> misread) {
    /** The namespace of the element. */
    public static final String NAMESPACE = "https://evenkeel.dev/xmlns/vm/1";

    /** The tenant of VMs that name none, or none that can be one. */
    private static final String NOBODYS = "default";

    private static final int LONGEST_NAME = 200;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);
    private static final Set<String> ATTRIBUTES = Set.of(
            "tenant",
            "availability-set",
            "max-pause",
            "migration",
            "post-copy",
            "restart",
            "on-host-failure",
            "notice",
            "tags");

    public OwnerWishes {
        misread = List.copyOf(misread);
    }

    static OwnerWishes of(Element domain) {
        return Xml.all(domain, "metadata/vm").stream()
                .filter(e -> NAMESPACE.equals(e.getNamespaceURI()))
                .findFirst()
                .map(vm -> new Reading(vm).wishes())
                .orElseGet(() -> new OwnerWishes(NOBODYS, Optional.empty(), Intent.DEFAULT, Tags.NONE, List.of()));
    }

    /** One reading of the element, which notes what it can't make out. */
    private static final class Reading {
        private final Element vm;
        private final List<Refusal> misread = new ArrayList<>();

        Reading(Element vm) {
            this.vm = vm;
        }

        OwnerWishes wishes() {
            Intent intent = new Intent(
                    duration("max-pause", Intent.DEFAULT.maxPause(), SHORTEST_PAUSE, "PT2S", Duration::isPositive),
                    word("migration", Intent.Migration.class, Intent.Migration.ALLOWED, Intent.Migration.NEVER),
                    postCopy(),
                    word("restart", Intent.Restart.class, Intent.Restart.NEVER, Intent.Restart.NEVER),
                    word(
                            "on-host-failure",
                            Intent.OnHostFailure.class,
                            Intent.OnHostFailure.LEAVE,
                            Intent.OnHostFailure.LEAVE),
                    duration(
                            "notice",
                            Duration.ZERO,
                            Intent.LONGEST_NOTICE,
                            "PT15M, at most P28D",
                            notice -> !notice.isNegative() && notice.compareTo(Intent.LONGEST_NOTICE) <= 0));
            String tenant = Xml.attribute(vm, "tenant").flatMap(this::tenant).orElse(NOBODYS);
            Optional<String> set = Xml.attribute(vm, "availability-set").flatMap(this::set);
            Tags tags = Xml.attribute(vm, "tags").map(this::tags).orElse(Tags.NONE);
            noteUnknown();
            return new OwnerWishes(tenant, set, intent, tags, misread);
        }

        private void note(String attribute, String value, String countsAs, String remedy) {
            misread.add(Refusal.of(
                    "MISREAD",
                    attribute + "=\"" + value + "\" can't be read and counts as " + countsAs + "; give " + remedy,
                    Map.of("attribute", attribute, "value", value)));
        }

        /** A name that cannot be one is nobody's, so that the VM is not taken for somebody else's. */
        private Optional<String> tenant(String name) {
            try {
                return Optional.of(new TenantId(name).value());
            } catch (IllegalArgumentException e) {
                note("tenant", name, NOBODYS, "a name of letters, digits and . _ : / @ + -");
                return Optional.empty();
            }
        }

        /** What cannot be in a name is replaced, so that VMs that were to be told apart still are. */
        private Optional<String> set(String name) {
            String usable = name.replaceAll("[^A-Za-z0-9._:/@+-]", "-").replaceAll("^[^A-Za-z0-9]+", "");
            String counts = usable.substring(0, Math.min(usable.length(), LONGEST_NAME));
            if (!counts.equals(name)) {
                note(
                        "availability-set",
                        name,
                        counts.isEmpty() ? "none" : counts,
                        "a name of letters, digits and . _ : / @ + -");
            }
            return Optional.of(counts).filter(text -> !text.isEmpty());
        }

        /** One that cannot be read does not keep the others from counting. */
        private Tags tags(String list) {
            Tags tags = Tags.NONE;
            for (String one : list.split(",")) {
                try {
                    tags = one.isBlank() ? tags : tags.with(Tags.parse(one));
                } catch (IllegalArgumentException e) {
                    note("tags", one.strip(), "none", "KEY=VALUE,… of letters, digits and . _ : / @ + -, at most 50");
                }
            }
            return tags;
        }

        private boolean postCopy() {
            String word = Xml.attribute(vm, "post-copy").orElse("never");
            if (!word.equals("allowed") && !word.equals("never")) {
                note("post-copy", word, "never", "allowed or never");
            }
            return word.equals("allowed");
        }

        private Duration duration(
                String attribute, Duration usual, Duration strictest, String example, Predicate<Duration> good) {
            String text = Xml.attribute(vm, attribute).orElse(null);
            if (text == null) {
                return usual;
            }
            try {
                Duration duration = Duration.parse(text);
                if (good.test(duration)) {
                    return duration;
                }
            } catch (DateTimeParseException e) {
                // noted below, like one out of range
            }
            note(attribute, text, strictest.toString(), "an ISO 8601 duration such as " + example);
            return strictest;
        }

        private <E extends Enum<E>> E word(String attribute, Class<E> type, E usual, E strictest) {
            String text = Xml.attribute(vm, attribute).orElse(null);
            if (text == null) {
                return usual;
            }
            for (E value : type.getEnumConstants()) {
                if (word(value).equals(text)) {
                    return value;
                }
            }
            note(
                    attribute,
                    text,
                    word(strictest),
                    "one of "
                            + Arrays.stream(type.getEnumConstants())
                                    .map(Reading::word)
                                    .toList());
            return strictest;
        }

        private static String word(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT);
        }

        private void noteUnknown() {
            NamedNodeMap all = vm.getAttributes();
            for (int i = 0; i < all.getLength(); i++) {
                String name = all.item(i).getNodeName();
                if (!name.startsWith("xmlns") && !ATTRIBUTES.contains(name)) {
                    misread.add(Refusal.of(
                            "MISREAD",
                            name + " is not known and counts for nothing; known are " + new TreeSet<>(ATTRIBUTES),
                            Map.of("attribute", name, "value", all.item(i).getNodeValue())));
                }
            }
        }
    }
}
