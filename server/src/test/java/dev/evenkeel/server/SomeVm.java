package dev.evenkeel.server;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A running VM of 256 MiB of which a test says what it cares for. */
public final class SomeVm {
    private final VmId id;
    private final HostId host;
    private String name;
    private TenantId tenant = new TenantId("acme");
    private @Nullable AvailabilitySetId set;
    private Intent intent = Intent.DEFAULT;
    private String vmm = "10.0";
    private @Nullable Bytes dirtyRate;

    private SomeVm(VmId id, HostId host) {
        this.id = id;
        this.host = host;
        this.name = id.value();
    }

    /** One that is named like its id. */
    public static SomeVm on(HostId host, String id) {
        return new SomeVm(new VmId(id), host);
    }

    public SomeVm named(String own) {
        name = own;
        return this;
    }

    public SomeVm of(String owner) {
        tenant = new TenantId(owner);
        return this;
    }

    public SomeVm inSet(String name) {
        set = new AvailabilitySetId(name);
        return this;
    }

    public SomeVm wants(Intent wish) {
        intent = wish;
        return this;
    }

    public SomeVm runs(String version) {
        vmm = version;
        return this;
    }

    public SomeVm dirties(Bytes perSecond) {
        dirtyRate = perSecond;
        return this;
    }

    public Vm vm() {
        return new Vm(
                id,
                name,
                tenant,
                host,
                VmState.RUNNING,
                Bytes.ofMiB(256),
                1,
                set,
                intent,
                vmm,
                List.of(),
                dirtyRate,
                false,
                true,
                false,
                List.of());
    }
}
