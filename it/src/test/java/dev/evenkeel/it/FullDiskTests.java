package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file system is full on which what is under way is noted and on which both daemons keep their state. */
interface FullDiskTests {
    HandoverLab lab();

    @Test
    default void a_hand_over_that_cannot_be_noted_is_refused() throws IOException {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        String process = lab.process(vm);
        Instant before = Instant.now();
        Command.Result refused;
        fill();
        try {
            refused = lab.handover("busy");
            lab.assertUnharmed(vm, before);
        } finally {
            makeRoom();
        }
        assertThat(refused.exit()).as(refused.out() + refused.err()).isEqualTo(1);
        assertThat(refused.out()).contains("NOT_PREPARED").contains("No space left");
        assertThat(lab.process(vm)).isEqualTo(process);
    }

    /** It may end well, or have the VM where it was or with the second daemon until there is room again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "grep -qs second /run/evenkeel/handover/*/to",
                "ls /dev/shm/libvirt/evenkeel-second/libvirt/qemu/*-busy/pc.ram",
                "grep -qs home /run/evenkeel/handover/*/to",
            })
    default void a_disk_that_fills_up_on_the_way_costs_nothing(String moment) throws Exception {
        HandoverLab lab = lab();
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        Instant before = Instant.now();
        HandoverLab.Handover handover = lab.begin("busy");
        assertThat(Await.until(
                        HandoverLab.PATIENCE,
                        () -> lab.host.exec("sh", "-c", moment).ok()))
                .as(moment)
                .isTrue();
        fill();
        try {
            assertThat(handover.ends()).isIn(0, 2, 3);
            lab.assertUnharmed(vm, before);
        } finally {
            makeRoom();
        }
        lab.handsOver("busy");
        lab.assertUnharmed(vm, before);
        assertThat(lab.host.virsh("list", "--name")).contains("busy");
    }

    private void fill() throws IOException {
        lab().host
                .command(List.of(
                        "sh", "-ec", "mount -o remount,size=$(df -B1 --output=used /run | tail -n 1 | tr -d ' ') /run"))
                .check();
    }

    private void makeRoom() throws IOException {
        lab().host.command(List.of("mount", "-o", "remount,size=50%", "/run")).check();
    }
}
