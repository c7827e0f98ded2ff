package dev.evenkeel.core.update;

/** The part of a host that an update changes. */
public enum Component {
    KERNEL,
    VMM,
    FIRMWARE,
    SERVICE
}
