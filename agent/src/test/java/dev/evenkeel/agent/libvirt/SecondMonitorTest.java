package dev.evenkeel.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SecondMonitorTest {
    private static final String PLAIN = "<domain type='kvm'><name>web</name></domain>";
    private static final String OWN = """
            <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>web</name>\
            <qemu:commandline><qemu:arg value='-chardev'/><qemu:arg value='null,id=theirs'/></qemu:commandline></domain>""";

    @Test
    void itIsAddedToADocument() {
        assertThat(SecondMonitor.in(PLAIN, Path.of("/run/a")))
                .contains("xmlns:qemu=\"http://libvirt.org/schemas/domain/qemu/1.0\"")
                .containsOnlyOnce("socket,id=evenkeel-handover,path=/run/a,server=on,wait=off")
                .containsOnlyOnce("chardev=evenkeel-handover,mode=control");
    }

    @Test
    void aNewOneTakesThePlaceOfTheOld() {
        String once = SecondMonitor.in(PLAIN, Path.of("/run/a"));
        assertThat(SecondMonitor.in(once, Path.of("/run/b")))
                .contains("path=/run/b")
                .doesNotContain("/run/a")
                .containsOnlyOnce("-mon");
    }

    @Test
    void argumentsOfTheOperatorsStay() {
        assertThat(SecondMonitor.in(SecondMonitor.in(OWN, Path.of("/run/a")), Path.of("/run/b")))
                .contains("null,id=theirs")
                .contains("path=/run/b")
                .doesNotContain("/run/a");
    }
}
