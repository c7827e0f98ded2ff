package dev.evenkeel.core.fleet;

/** What a VM does, in libvirt's terms. */
public enum VmState {
    RUNNING,
    PAUSED,
    SHUT_OFF,
    CRASHED;

    /** Whether the VM has memory that would be lost if its host went down. */
    public boolean alive() {
        return this == RUNNING || this == PAUSED;
    }
}
