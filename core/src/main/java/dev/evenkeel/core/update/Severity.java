package dev.evenkeel.core.update;

/** How much is at stake while an update is not in. */
public enum Severity {
    LOW,
    MODERATE,
    IMPORTANT,
    CRITICAL
}
