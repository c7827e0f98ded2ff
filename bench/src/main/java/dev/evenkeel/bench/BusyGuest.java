package dev.evenkeel.bench;

import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.guest.VmPlan;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** The VMs of {@code bench preserve} and how busy each is while it is measured. Only one at a time is. */
enum BusyGuest {
    SMALL(128, 20, 32),
    /** The same as {@link #SMALL}, to be taken from libvirt. */
    BARE(128, 20, 32),
    LARGE(1024, 100, 512),
    HUGE(4096, 100, 2560);

    private static final int BEAT_MICROS = 10_000;
    private static final int RESTING_BEAT_MICROS = 1_000_000;
    /** MiB per second: about what an emulated CPU can do. */
    private static final int FILL_RATE = 200;

    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final int memoryMib;
    private final int mibPerSecond;
    private final int workingSetMib;

    BusyGuest(int memoryMib, int mibPerSecond, int workingSetMib) {
        this.memoryMib = memoryMib;
        this.mibPerSecond = mibPerSecond;
        this.workingSetMib = workingSetMib;
    }

    VmPlan plan() {
        return VmPlan.small(ordinal() + 1, vm(), "acme").withMemory(memoryMib).withSharedMemory();
    }

    String vm() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Lets it dirty all of its working set and go on dirtying it; returns when it does. */
    void wake(LabVm vm) throws IOException {
        vm.ask("period", Integer.toString(BEAT_MICROS));
        vm.load(FILL_RATE, workingSetMib);
        BenchLab.settle(vm, GLANCE);
        long begun = dirtied(vm);
        long pages = (long) workingSetMib << 8;
        while (dirtied(vm) - begun < pages) {
            BenchLab.settle(vm, GLANCE);
        }
        vm.load(mibPerSecond, workingSetMib);
        BenchLab.settle(vm, GLANCE);
    }

    /** From now on it does next to nothing, and keeps what it has in memory. */
    void rest(LabVm vm) throws IOException {
        vm.load(0, workingSetMib);
        vm.ask("period", Integer.toString(RESTING_BEAT_MICROS));
    }

    private static long dirtied(LabVm vm) throws IOException {
        Pulse pulse = vm.pulse(Instant.now().minus(GLANCE));
        return pulse.beats().isEmpty() ? 0 : pulse.beats().getLast().dirtiedPages();
    }

    /** In words. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d MiB, dirtying %d MiB/s of %d", memoryMib, mibPerSecond, workingSetMib);
    }
}
