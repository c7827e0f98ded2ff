package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.bench.Qmp;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hops that break off, hang or are told the wrong thing on the way: the VM goes on in its old process, with its memory. */
interface BrokenHopTests {
    /** A way to each QEMU beside libvirt's and the agent's. */
    String BACK_DOOR =
            "set -- \"$@\" -chardev socket,id=back,path=/run/lab/back-$$.qmp,server=on,wait=off -mon chardev=back,mode=control";

    HandoverLab lab();

    /** The stream ends in its head, in the middle of a device, when the VM stands still already, and just before its end. */
    @ParameterizedTest
    @ValueSource(strings = {"pc.ram", "mc146818rtc", "vmsd_name"})
    default void a_stream_that_ends_early_costs_nothing(String at) throws Exception {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        String process = lab.process(vm);
        Instant before = Instant.now();
        Command.Result failed;
        try (HandoverLab.Altered altered = lab.alterQemu(cutting("CUT_AT=" + at))) {
            failed = lab.handover("busy");
        }
        lab.assertCameToNothing(failed, "", vm, process, before);
    }

    /** A target that does not know what is left out would run the VM on empty memory. */
    @Test
    default void a_target_that_was_not_told_what_is_left_out_refuses_the_vm() throws Exception {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        String process = lab.process(vm);
        Instant before = Instant.now();
        String script = "for a; do case $a in socket,id=evenkeel-handover,*)"
                + " a=${a%%path=*}path=/run/lab/elsewhere.qmp,server=on,wait=off;; esac; set -- \"$@\" \"$a\"; shift; done";
        Command.Result failed;
        try (HandoverLab.Altered altered = lab.alterQemu(script)) {
            failed = lab.handover("busy");
        }
        lab.assertCameToNothing(failed, "never opened its second monitor", vm, process, before);
    }

    /** A source that forgets what to leave out would write old pages over the memory that both have. */
    @Test
    default void a_source_that_forgets_what_to_leave_out_is_refused_before_it_stops() throws Exception {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        try (HandoverLab.Altered altered = lab.alterQemu(BACK_DOOR)) {
            lab.handsOver("busy");
            String process = lab.process(vm);
            Instant before = Instant.now();
            try (Qmp source = backDoor(process)) {
                HandoverLab.Handover handover = lab.begin("busy");
                String asked = "ls /run/evenkeel/handover/*/io/qmp";
                assertThat(Await.until(
                                HandoverLab.PATIENCE,
                                () -> lab.host.exec("sh", "-c", asked).ok()))
                        .isTrue();
                source.ask(
                        "migrate-set-capabilities",
                        Map.of("capabilities", List.of(Map.of("capability", "x-ignore-shared", "state", false))));
                assertThat(handover.ends()).isEqualTo(2);
                assertThat(source.hasSent("STOP")).as("the source stood still").isFalse();
            }
            assertThat(lab.process(vm)).isEqualTo(process);
            lab.assertUnharmed(vm, before);
        }
        lab.handsOver("busy");
    }

    /** A target that waits for a part of the stream that never comes keeps the VM standing still. */
    @Test
    default void a_vm_whose_new_process_hangs_in_the_pause_goes_on_in_its_old_one() throws Exception {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        try (HandoverLab.Altered altered = lab.alterQemu(BACK_DOOR)) {
            lab.handsOver("busy");
            String process = lab.process(vm);
            Instant before = Instant.now();
            try (Qmp source = backDoor(process)) {
                source.ask("qom-set", suppressed(true));
                Command.Result failed = lab.handover("--max-pause", "PT1S", "busy");
                assertThat(source.hasSent("STOP"))
                        .as("it hung while the VM stood still")
                        .isTrue();
                lab.assertCameToNothing(failed, "standing still for too long", vm, process, before);
                source.ask("qom-set", suppressed(false));
            }
        }
        lab.handsOver("busy");
        assertThat(lab.host.exec("sh", "-c", "rm -f /run/lab/back-*").ok()).isTrue();
    }

    @Test
    default void a_vm_whose_new_process_is_frozen_goes_on_in_its_old_one() throws Exception {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        String process = lab.process(vm);
        Instant before = Instant.now();
        Command.Result failed;
        try (HandoverLab.Altered altered = lab.alterQemu(cutting("CUT_FREEZES=1 CUT_AT=mc146818rtc"))) {
            failed = lab.handover("--max-pause", "PT1S", "busy");
        }
        lab.assertCameToNothing(failed, "standing still for too long", vm, process, before);
        lab.handsOver("busy");
    }

    /** Libvirt is quicker than we are: the new process listens before it was told what to expect. */
    @Test
    default void the_stream_waits_until_the_new_process_was_told() throws Exception {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        String process = lab.process(vm);
        Instant before = Instant.now();
        String late = """
                agent=$(cat /run/lab/handover.pid)
                case $2 in
                start) kill -STOP $agent ;;
                started)
                    (
                        looks=0
                        until [ $looks = 2000 ] || pgrep -f '50-evenkeel-handover busy started'; do
                            looks=$((looks + 1))
                        done
                        kill -CONT $agent
                    ) >/dev/null 2>&1 &
                    ;;
                esac""";
        try (HandoverLab.Altered altered = lab.secondDaemonRuns("45-late", late)) {
            lab.handsOver("busy");
        }
        assertThat(lab.process(vm)).isNotEqualTo(process);
        lab.assertUnharmed(vm, before);
    }

    /** Nobody has told it yet what to expect, and libvirt waits for it without an end. */
    @Test
    default void a_vm_whose_new_process_is_frozen_before_it_says_a_word_was_not_touched() throws Exception {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        String process = lab.process(vm);
        Instant before = Instant.now();
        String freeze = "case \"$*\" in *-incoming*) (until [ -S /run/evenkeel/handover/*/io/qmp ]; do :; done;"
                + " kill -STOP $$) & ;; esac";
        Command.Result failed;
        try (HandoverLab.Altered altered = lab.alterQemu(freeze)) {
            failed = lab.handover("busy");
        }
        lab.assertCameToNothing(failed, "the new process hung", vm, process, before);
        lab.handsOver("busy");
    }

    /** Has a QEMU that takes a VM over read its stream through {@code cut.c}. */
    private String cutting(String how) throws IOException {
        Path made = Files.createTempDirectory("cut");
        Path source = Trees.unpack(BrokenHopTests.class, "/dev/evenkeel/it/cut.c", made);
        Path library = lab().root().resolve("run/lab/cut.so");
        Command.of("gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                .check();
        return "case \"$*\" in *-incoming*) export LD_PRELOAD=/run/lab/cut.so " + how + ";; esac";
    }

    private Qmp backDoor(String process) throws IOException {
        return Qmp.open(lab().root().resolve("run/lab/back-" + process + ".qmp"));
    }

    private static Map<String, ?> suppressed(boolean on) {
        return Map.of("path", "/machine", "property", "suppress-vmdesc", "value", on);
    }
}
