package dev.evenkeel.server.view;

import org.jspecify.annotations.Nullable;

/** The move of one VM within a run, with what it came to. */
public record MoveView(
        String vm,
        String name,
        String tenant,
        @Nullable String to,
        String status,
        int attempts,
        @Nullable Long forecastStopMs,
        @Nullable Long stopMs,
        @Nullable Long forecastTotalMs,
        @Nullable Long totalMs,
        @Nullable String progress,
        @Nullable RefusalView why) {}
