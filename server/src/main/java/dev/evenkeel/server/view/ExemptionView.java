package dev.evenkeel.server.view;

import dev.evenkeel.core.exempt.Exempted;
import dev.evenkeel.core.exempt.Exemption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An exemption: of one VM, or of all of a tenant; the other is null. */
public record ExemptionView(
        String id,
        @Nullable String vm,
        @Nullable String tenant,
        @Nullable String update,
        Instant from,
        Instant until,
        String reason,
        String by) {

    public static ExemptionView of(Exemption one) {
        return new ExemptionView(
                one.id().value(),
                one.whom() instanceof Exempted.OneVm vm ? vm.vm().value() : null,
                one.whom() instanceof Exempted.AllOf all ? all.tenant().value() : null,
                one.update() == null ? null : one.update().value(),
                one.from(),
                one.until(),
                one.reason(),
                one.by());
    }
}
