package dev.evenkeel.server.events;

import dev.evenkeel.core.engine.RunStore.NumberedNotice;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Veil;
import dev.evenkeel.server.view.EventView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What somebody gets to read of the outbox. */
sealed interface Reader {
    List<EventView> read(List<NumberedNotice> notices);

    /** A place in the outbox as this reader is told of it. */
    long shown(long sequence);

    /** The place that this reader means. */
    long meant(long shown);

    /** One who reads everything. */
    record OfAll() implements Reader {
        @Override
        public List<EventView> read(List<NumberedNotice> notices) {
            return notices.stream().map(EventView::of).toList();
        }

        @Override
        public long shown(long sequence) {
            return sequence;
        }

        @Override
        public long meant(long shown) {
            return shown;
        }
    }

    /** One who reads what happened to its own VMs: what a notice says whose it is, else whose the VM is now. */
    record Owner(Call call, Veil veil) implements Reader {
        @Override
        public List<EventView> read(List<NumberedNotice> notices) {
            Set<TenantId> tenants = call.who().tenants();
            List<EventView> mine = new ArrayList<>();
            Fleet fleet = null;
            for (NumberedNotice notice : notices) {
                EventView event = EventView.of(notice);
                String vm = event.vm();
                if (vm != null) {
                    fleet = fleet == null ? call.fleet() : fleet;
                    Optional<Vm> own = fleet.vm(new VmId(vm));
                    String tenant = event.data().get("tenant");
                    if (tenant == null ? own.isPresent() : tenants.contains(new TenantId(tenant))) {
                        mine.add(event.forOwner(veil, "VM " + own.map(Vm::name).orElse(vm)));
                    }
                } else if (event.data().containsKey("exemption")) {
                    String tenant = event.data().get("tenant");
                    if (tenant != null && tenants.contains(new TenantId(tenant))) {
                        mine.add(event.forOwner(veil, "all VMs of tenant " + tenant));
                    }
                }
            }
            return mine;
        }

        @Override
        public long shown(long sequence) {
            return veil.hide(sequence);
        }

        @Override
        public long meant(long shown) {
            return veil.show(shown);
        }
    }
}
