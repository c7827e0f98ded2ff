package dev.evenkeel.core.exempt;

import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What keeps VMs from maintenance that they would feel.
 *
 * @param update the only one that it is from; null when it is from all maintenance
 * @param from when it began
 * @param until when it ends by itself; at most {@link #LONGEST} after it began
 * @param reason in the words of the operator who made it, never blank
 * @param by that operator
 */
public record Exemption(
        ExemptionId id,
        Exempted whom,
        @Nullable UpdateId update,
        Instant from,
        Instant until,
        String reason,
        String by) {
    /** None holds for longer; whoever needs more makes another one when it ends, and answers for it again. */
    public static final Duration LONGEST = Duration.ofDays(90);

    /** The code of a refusal because a VM is exempt. */
    public static final String CODE = "VM_EXEMPT";

    public Exemption {
        if (!until.isAfter(from) || until.isAfter(from.plus(LONGEST))) {
            throw new IllegalArgumentException(
                    "until is " + until + ": give a time after " + from + ", at most " + LONGEST.toDays() + " days on");
        }
        if (reason.isBlank()) {
            throw new IllegalArgumentException("reason is blank: say why");
        }
    }

    /** Whether it has not yet ended by itself. */
    public boolean holds(Instant now) {
        return now.isBefore(until);
    }

    /** Whether it is from this update; one from a single update is not from work that brings none. @param brings or null */
    public boolean isFrom(@Nullable UpdateId brings) {
        return update == null || update.equals(brings);
    }

    /** Why a VM that is meant is not touched. */
    public Refusal refusal(Vm vm) {
        return Refusal.of(
                CODE,
                "VM " + vm.name() + " is exempt until " + until + ": " + reason
                        + "; to touch it before, delete exemption " + id,
                Map.of(
                        "vm", vm.id().value(),
                        "until", until.toString(),
                        "reason", reason,
                        "exemption", id.value()));
    }
}
