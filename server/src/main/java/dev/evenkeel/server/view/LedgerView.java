package dev.evenkeel.server.view;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.server.http.Veil;
import dev.evenkeel.store.Observation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One interruption of one VM: forecast, what its host measured, and what an observer outside saw. */
public record LedgerView(
        String id,
        String vm,
        String name,
        String tenant,
        String cause,
        String method,
        String impact,
        String run,
        @Nullable String from,
        @Nullable String to,
        Instant startedAt,
        Instant endedAt,
        @Nullable Long toldMs,
        @Nullable Long forecastStopMs,
        long stopMs,
        @Nullable Long observedStopMs,
        @Nullable Long gapMs,
        @Nullable Long normalGapMs,
        @Nullable Long forecastTotalMs,
        long totalMs,
        @Nullable Long skewBeforeMs,
        @Nullable Long clockSkewMs,
        @Nullable Boolean restarted) {

    /** The same for the VM's owner: not on which hosts, nor which of the run's orders it was. */
    public LedgerView forOwner(Veil veil) {
        return new LedgerView(
                veil.hide(id + " " + vm),
                vm,
                name,
                tenant,
                cause,
                method,
                impact,
                run,
                null,
                null,
                startedAt,
                endedAt,
                toldMs,
                forecastStopMs,
                stopMs,
                observedStopMs,
                gapMs,
                normalGapMs,
                forecastTotalMs,
                totalMs,
                skewBeforeMs,
                clockSkewMs,
                restarted);
    }

    /** @param seen what an observer told about it, or null */
    public static LedgerView of(LedgerEntry entry, @Nullable Observation seen) {
        return new LedgerView(
                entry.effect().value(),
                entry.vm().value(),
                entry.vmName(),
                entry.tenant().value(),
                entry.cause(),
                entry.method().name(),
                entry.method() == Method.REBOOT ? "RESTART" : "PAUSE",
                entry.run().value(),
                entry.from().value(),
                entry.to() == null ? null : entry.to().value(),
                entry.startedAt(),
                entry.endedAt(),
                Millis.of(entry.told()),
                Millis.of(entry.forecastStop()),
                entry.stop().toMillis(),
                seen == null ? null : Millis.of(seen.stop()),
                seen == null ? null : Millis.of(seen.gap()),
                seen == null ? null : Millis.of(seen.normalGap()),
                Millis.of(entry.forecastTotal()),
                entry.total().toMillis(),
                Millis.of(entry.skewBefore()),
                Millis.of(entry.clockSkew()),
                seen == null ? null : seen.restarted());
    }
}
