package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.AppliesTo;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether an update is for a host at all, by whatever method. Another update is on a host when what it brings runs there. */
final class Applicability {
    private Applicability() {}

    /** Every reason against; empty when there is none. */
    static List<Refusal> refusals(Update update, Host host, Function<UpdateId, @Nullable Update> catalogue) {
        List<Refusal> refusals = new ArrayList<>();
        if (update.appliesTo() != null) {
            facts(update.appliesTo(), host, refusals);
        }
        for (UpdateId id : update.requires()) {
            Update required = catalogue.apply(id);
            if (required == null || !required.isOn(host.facts())) {
                refusals.add(Refusal.of(
                        "REQUIRES",
                        required == null
                                ? "the update requires " + id + ", which is not in the catalogue; publish it first"
                                : "the update requires " + id + ", which host " + host.id()
                                        + " does not run; roll that out first",
                        Map.of("requires", id.value())));
            }
        }
        for (UpdateId id : update.conflicts()) {
            Update other = catalogue.apply(id);
            if (other != null && other.isOn(host.facts())) {
                refusals.add(Refusal.of(
                        "CONFLICTS",
                        "the update conflicts with " + id + ", which host " + host.id() + " runs",
                        Map.of("conflicts", id.value())));
            }
        }
        return refusals;
    }

    private static void facts(AppliesTo to, Host host, List<Refusal> refusals) {
        to.versions().forEach((name, wanted) -> {
            String running = host.facts().versions().get(name);
            if (!Update.matches(running, wanted)) {
                refusals.add(Refusal.of(
                        "NOT_APPLICABLE",
                        "the update is for hosts with " + name + " " + wanted + ", and host " + host.id() + " has "
                                + (running == null ? "none" : running),
                        Map.of("name", name, "wanted", wanted, "running", running == null ? "none" : running)));
            }
        });
        for (String capability : to.capabilities()) {
            if (!host.facts().capabilities().contains(capability)) {
                refusals.add(Refusal.of(
                        "NOT_APPLICABLE",
                        "the update is for hosts with the capability " + capability + ", which host " + host.id()
                                + " does not have",
                        Map.of("capability", capability)));
            }
        }
    }
}
