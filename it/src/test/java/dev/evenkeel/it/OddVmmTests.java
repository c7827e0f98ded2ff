package dev.evenkeel.it;

import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** New processes that are not what the VM's own process is: none of them is given the VM. */
interface OddVmmTests {
    HandoverLab lab();

    @Test
    default void a_vmm_that_does_not_start_costs_nothing() throws IOException {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        String process = lab.process(vm);
        Instant before = Instant.now();
        lab.host.exec("mount", "--bind", "/bin/false", "/usr/bin/qemu-system-x86_64");
        Command.Result failed;
        try {
            failed = lab.handover("busy");
        } finally {
            lab.host.exec("umount", "/usr/bin/qemu-system-x86_64");
        }
        lab.assertCameToNothing(failed, "", vm, process, before);
        lab.handsOver("busy");
    }

    /** QEMU itself does not notice a device of which the stream says nothing, and a machine's type only once the stream comes. */
    @ParameterizedTest
    @CsvSource({
        "'case \"$*\" in *-incoming*) set -- \"$@\" -device virtio-rng-pci,addr=0x1e;; esac', virtio-rng",
        "'for a; do case $a in pc-i440fx-*) a=pc-i440fx-7.2,${a#*,};; esac; set -- \"$@\" \"$a\"; shift; done', pc-i440fx-7.2"
    })
    default void one_that_is_another_machine_is_not_given_the_vm(String alteration, String named) throws IOException {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        String process = lab.process(vm);
        Instant before = Instant.now();
        Command.Result failed;
        try (HandoverLab.Altered altered = lab.alterQemu(alteration)) {
            failed = lab.handover("busy");
        }
        lab.assertCameToNothing(failed, named, vm, process, before);
    }
}
