package dev.evenkeel.server.api;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.OwnerSettings;
import dev.evenkeel.core.fleet.Tags;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.fleet.OwnersBook;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Principal.Role;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.view.VmView.SettingView;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is said of VMs through the API, in the words of the metadata, which it goes before. */
public final class VmSettings {
    private static final Set<String> NAMES = Set.of(
            "tenant",
            "availabilitySet",
            "maxPause",
            "migration",
            "postCopy",
            "restart",
            "onHostFailure",
            "notice",
            "tags");

    private final FleetRegistry registry;
    private final OwnersBook book;

    public VmSettings(FleetRegistry registry, OwnersBook book) {
        this.registry = registry;
        this.book = book;
    }

    /** What is said of a VM, each beside what its metadata says. */
    List<SettingView> of(Vm vm) {
        return book.said(vm.id())
                .flatMap(said -> registry.told(vm.host(), vm.id()).map(told -> views(said.settings(), told)))
                .orElse(List.of());
    }

    private static List<SettingView> views(OwnerSettings said, Vm told) {
        List<SettingView> views = new ArrayList<>();
        Intent metadata = told.intent();
        add(views, "tenant", said.tenant(), told.tenant());
        add(views, "availabilitySet", said.availabilitySet(), told.availabilitySet());
        add(views, "maxPause", said.maxPause(), metadata.maxPause());
        add(views, "migration", said.migration(), metadata.migration());
        add(views, "postCopy", allowed(said.postCopy()), allowed(metadata.postCopy()));
        add(views, "restart", said.restart(), metadata.restart());
        add(views, "onHostFailure", said.onHostFailure(), metadata.onHostFailure());
        add(views, "notice", said.notice(), metadata.notice());
        add(views, "tags", said.tags(), told.tags());
        return views;
    }

    private static @Nullable String allowed(@Nullable Boolean postCopy) {
        return postCopy == null ? null : postCopy ? "allowed" : "never";
    }

    private static void add(List<SettingView> views, String name, @Nullable Object set, @Nullable Object metadata) {
        if (set != null) {
            views.add(new SettingView(name, word(set), metadata == null ? null : word(metadata)));
        }
    }

    private static String word(Object value) {
        return value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : value.toString();
    }

    /** Does what the body says of a VM that the caller sees. */
    void change(Call call, Vm vm) {
        Bodies.VmChange order = call.body(Bodies.VmChange.class);
        boolean ofTenant = order.tenant() != null
                || (order.reset() != null && order.reset().contains("tenant"));
        if (ofTenant && call.who().role() != Role.OPERATOR) {
            throw Problem.Kind.FORBIDDEN.because("Whose a VM is, is for operators to say; leave tenant out.");
        }
        Checks checks = new Checks();
        OwnerSettings said = said(order, checks);
        Set<String> reset = new TreeSet<>(order.reset() == null ? List.of() : order.reset());
        for (String name : reset) {
            checks.wrongUnless(NAMES.contains(name), "reset", name, "give some of " + new TreeSet<>(NAMES));
        }
        checks.wrongUnless(
                !checks.good() || !reset.isEmpty() || !said.equals(OwnerSettings.NONE),
                "body",
                null,
                "give at least one of " + new TreeSet<>(NAMES) + ", or reset");
        checks.done();
        book.change(vm.id(), before -> merged(before, said, reset), call.who().name());
    }

    private static OwnerSettings merged(OwnerSettings before, OwnerSettings said, Set<String> reset) {
        return new OwnerSettings(
                merged("tenant", before.tenant(), said.tenant(), reset),
                merged("availabilitySet", before.availabilitySet(), said.availabilitySet(), reset),
                merged("maxPause", before.maxPause(), said.maxPause(), reset),
                merged("migration", before.migration(), said.migration(), reset),
                merged("postCopy", before.postCopy(), said.postCopy(), reset),
                merged("restart", before.restart(), said.restart(), reset),
                merged("onHostFailure", before.onHostFailure(), said.onHostFailure(), reset),
                merged("notice", before.notice(), said.notice(), reset),
                merged("tags", before.tags(), said.tags(), reset));
    }

    private static <T> @Nullable T merged(String name, @Nullable T before, @Nullable T said, Set<String> reset) {
        return said != null ? said : reset.contains(name) ? null : before;
    }

    private static OwnerSettings said(Bodies.VmChange order, Checks checks) {
        String set = order.availabilitySet();
        if (set != null && !set.isEmpty()) {
            checks.parsed("availabilitySet", set, AvailabilitySetId::new);
        }
        Duration maxPause = duration("maxPause", order.maxPause(), "PT2S", checks);
        checks.wrongUnless(
                maxPause == null || maxPause.isPositive(), "maxPause", order.maxPause(), "give more than zero");
        Duration notice = duration("notice", order.notice(), "PT15M", checks);
        checks.wrongUnless(
                notice == null || (!notice.isNegative() && notice.compareTo(Intent.LONGEST_NOTICE) <= 0),
                "notice",
                order.notice(),
                "give from PT0S to P28D");
        String postCopy = order.postCopy();
        checks.wrongUnless(
                postCopy == null || postCopy.equals("allowed") || postCopy.equals("never"),
                "postCopy",
                postCopy,
                "give allowed or never");
        return new OwnerSettings(
                checks.parsed("tenant", order.tenant(), TenantId::new),
                set,
                maxPause,
                word("migration", Intent.Migration.class, order.migration(), checks),
                postCopy == null ? null : postCopy.equals("allowed"),
                word("restart", Intent.Restart.class, order.restart(), checks),
                word("onHostFailure", Intent.OnHostFailure.class, order.onHostFailure(), checks),
                notice,
                checks.parsed("tags", order.tags(), Tags::of));
    }

    private static @Nullable Duration duration(String field, @Nullable String text, String example, Checks checks) {
        if (text == null) {
            return null;
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            checks.wrong(field, text, "give an ISO 8601 duration such as " + example);
            return null;
        }
    }

    private static <E extends Enum<E>> @Nullable E word(
            String field, Class<E> type, @Nullable String word, Checks checks) {
        if (word == null) {
            return null;
        }
        for (E value : type.getEnumConstants()) {
            if (word(value).equals(word)) {
                return value;
            }
        }
        checks.wrong(
                field,
                word,
                "give one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(VmSettings::word)
                                .toList());
        return null;
    }
}
