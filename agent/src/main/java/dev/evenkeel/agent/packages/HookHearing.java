package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Tries whether libvirt asks the hook, by a probe VM that the hook must refuse. libvirt looks for hooks when its daemon
 * starts or reloads; one that was there before the hook is told to reload, and started again where that does not help,
 * which is harmless on a host without VMs.
 */
public final class HookHearing implements Closing.Hearing {
    /** A daemon reloads after it has said so. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final RunningSoftware software;
    private final Services services;

    public HookHearing(RunningSoftware software, Services services) {
        this.software = software;
        this.services = services;
    }

    @Override
    public boolean heeds() throws IOException {
        if (software.isRefusedByHook()) {
            return true;
        }
        String daemon = services.virtualisation();
        if (services.reload(daemon) && Waiting.until(PATIENCE, software::isRefusedByHook)) {
            return true;
        }
        services.restart(List.of(daemon));
        return software.isRefusedByHook();
    }
}
