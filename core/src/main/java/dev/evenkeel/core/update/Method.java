package dev.evenkeel.core.update;

/** How an update gets in, from the least disturbing down: the order of the constants is the order of the ladder. */
public enum Method {
    HOT_PATCH,
    PRESERVE_VMM,
    PRESERVE_KERNEL,
    MIGRATE,
    SELF_SERVICE,
    REBOOT
}
