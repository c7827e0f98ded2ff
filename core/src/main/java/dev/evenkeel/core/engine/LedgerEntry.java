package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One interruption of one VM, forecast beside measured.
 *
 * @param effect the effect that caused it; the key under which outside measurements are added
 * @param cause the run's purpose in one phrase
 * @param stop how long the VM did not run
 * @param startedAt when the effect was ordered
 * @param skewBefore how far the guest's clock was off when it ran again, or null where it could not be read
 * @param clockSkew how far it was off after it was set, or null where it could not be read
 * @param told how long the VM was told that it would last, or null where it was told nothing
 */
public record LedgerEntry(
        EffectId effect,
        RunId run,
        VmId vm,
        String vmName,
        TenantId tenant,
        Method method,
        String cause,
        HostId from,
        @Nullable HostId to,
        Instant startedAt,
        Instant endedAt,
        @Nullable Duration forecastStop,
        Duration stop,
        @Nullable Duration forecastTotal,
        Duration total,
        @Nullable Duration skewBefore,
        @Nullable Duration clockSkew,
        @Nullable Duration told) {

    /** The same, of which the VM was told how long it would last. */
    public LedgerEntry withTold(@Nullable Duration lasts) {
        return new LedgerEntry(
                effect,
                run,
                vm,
                vmName,
                tenant,
                method,
                cause,
                from,
                to,
                startedAt,
                endedAt,
                forecastStop,
                stop,
                forecastTotal,
                total,
                skewBefore,
                clockSkew,
                lasts);
    }
}
