package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.util.List;

/**
 * Tries whether libvirt asks the hook, by a probe VM that the hook must refuse. libvirt looks for hooks only when its
 * daemon starts; one that was there before the hook is restarted, which is harmless on a host without VMs.
 */
public final class HookHearing implements Closing.Hearing {
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
        services.restart(List.of(services.virtualisation()));
        return software.isRefusedByHook();
    }
}
