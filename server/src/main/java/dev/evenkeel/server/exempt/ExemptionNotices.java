package dev.evenkeel.server.exempt;

import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Notice.Level;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.exempt.Exempted;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Update;
import java.time.Instant;
import java.util.TreeMap;
import java.util.function.Function;

/** What people are told of an exemption. It belongs to no run; its own id stands in the place of one. */
final class ExemptionNotices {
    private final Function<VmId, String> names;

    /** @param names what people call a VM */
    ExemptionNotices(Function<VmId, String> names) {
        this.names = names;
    }

    Notice made(Exemption one) {
        return notice(
                one,
                one.from(),
                Level.INFO,
                "ExemptionMade",
                whom(one) + " exempt from " + what(one) + " until " + one.until() + ", by " + one.by() + ": "
                        + one.reason());
    }

    Notice deleted(Exemption one, String by, Instant now) {
        return notice(
                one,
                now,
                Level.INFO,
                "ExemptionDeleted",
                whom(one) + " no longer exempt from " + what(one) + ": " + by + " deleted exemption " + one.id()
                        + " before its end at " + one.until());
    }

    Notice expired(Exemption one, Instant now) {
        return notice(
                one,
                now,
                Level.INFO,
                "ExemptionExpired",
                whom(one) + " no longer exempt from " + what(one) + ": exemption " + one.id() + " ended at "
                        + one.until());
    }

    Notice overdue(Exemption one, Update update, long vms, Instant now) {
        return notice(
                one,
                now,
                Level.WARNING,
                "UpdateOverdue",
                "update " + update.id() + " should be everywhere since " + update.deadline() + ", and exemption "
                        + one.id() + " keeps it from the hosts of " + vms + " VMs until " + one.until() + ": "
                        + one.reason());
    }

    private String whom(Exemption one) {
        return switch (one.whom()) {
            case Exempted.OneVm vm -> "VM " + names.apply(vm.vm()) + " is";
            case Exempted.AllOf all -> "all VMs of tenant " + all.tenant() + " are";
        };
    }

    private static String what(Exemption one) {
        return one.update() == null ? "maintenance" : "update " + one.update();
    }

    private static Notice notice(Exemption one, Instant at, Level level, String type, String text) {
        TreeMap<String, String> data = new TreeMap<>();
        data.put("exemption", one.id().value());
        data.put("until", one.until().toString());
        data.put("reason", one.reason());
        if (one.update() != null) {
            data.put("update", one.update().value());
        }
        switch (one.whom()) {
            case Exempted.OneVm vm -> data.put("vm", vm.vm().value());
            case Exempted.AllOf all -> data.put("tenant", all.tenant().value());
        }
        return new Notice(at, level, type, new RunId(one.id().value()), text, data);
    }
}
