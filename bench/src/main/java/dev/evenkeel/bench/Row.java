package dev.evenkeel.bench;

import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.beat.Pulse;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Many hand-overs of one VM in a row, one after the other, as an operator would order them: each by an agent of its own, which is to
 * leave nothing behind.
 *
 * @param bar what the names of its bars begin with
 * @param what was done, in words
 */
record Row(String bar, String what, int times) {
    /** MiB; what daemons and a guest's own tables take now and then. */
    private static final double MORE_MEMORY = 8;

    /** One of them; it prints what it says against itself. */
    @FunctionalInterface
    interface HandOver {
        /** @return false when it failed */
        boolean run() throws IOException;
    }

    /** Does them and says what there was more of afterwards. */
    List<Bar> run(PrintWriter out, LabVm vm, LabHost host, HandOver one) throws IOException {
        Leftovers before = Leftovers.on(host);
        Instant begin = Instant.now();
        List<Double> failed = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            failed.add(one.run() ? 0.0 : 1.0);
        }
        Instant end = Instant.now();
        BenchLab.settle(vm, NewProcess.AROUND);
        Leftovers after = Leftovers.on(host);
        out.println();
        out.println(times + " " + what + ", in " + Duration.between(begin, end).toSeconds() + " s");
        Leftovers.show(out, before, after);
        Pulse pulse = vm.pulse(begin.minus(NewProcess.AROUND));
        return List.of(
                none("failed", failed),
                none("bad-pages", List.of((double) pulse.badPages(begin, end))),
                none("restarts", List.of((double) pulse.restarts(begin, end))),
                none("left-behind", before.moreThings(after)),
                Bar.atMost(
                        bar + "-more-memory-mib",
                        "the limit, MiB; memory files, /run, libvirtd",
                        MORE_MEMORY,
                        sum(before.moreMib(after)),
                        before.moreMib(after)));
    }

    private Bar none(String name, List<Double> counts) {
        return Bar.atMost(bar + "-" + name, "none in " + times + " " + what, 0, sum(counts), counts);
    }

    private static double sum(List<Double> some) {
        return some.stream().mapToDouble(s -> s).sum();
    }
}
