package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.bench.TwoVmms;
import dev.evenkeel.bench.TwoVmms.Which;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.os.Command;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** {@code evenkeel bench preserve} does it fifty times. */
interface ThereAndBackTests {
    InPlaceLab lab();

    @Test
    @Order(5)
    default void a_vm_goes_to_the_old_vmm_and_to_the_new_one_as_often_as_one_likes() throws Exception {
        InPlaceLab lab = lab();
        LabHost host = lab.lab.host("h1");
        LabVm vm = lab.lab.vm(host.running().getFirst());
        Path root = Path.of(
                "/proc",
                Long.toString(lab.lab.process(host.name()).orElseThrow().pid()),
                "root");
        TwoVmms both = TwoVmms.on(host, root, lab.lab.vmmUpdate(Progress.on(System.out)));
        for (Which which : List.of(Which.OLD, Which.NEW, Which.OLD, Which.NEW)) {
            both.install(which);
            Command.Result result = host.command(HandoverLab.words(vm.name())).run();
            assertThat(result.exit()).as(result.out() + result.err()).isZero();
            assertThat(both.runs(vm, which)).as(vm + " runs the " + which).isTrue();
        }
    }
}
