package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabHost;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Packages whose scripts would shut VMs down, on a host whose own policy lets them. */
interface ServicePolicyTests {
    InPlaceLab lab();

    @Test
    @Order(10)
    default void a_package_that_restarts_libvirt_guests_does_not_shut_vms_down() throws Exception {
        InPlaceLab lab = lab();
        LabHost host = lab.lab.host("h1");
        List<String> vms = host.running();
        script(host, "/usr/sbin/policy-rc.d", "echo \"$@\" >>/run/lab/asked; exit 0");
        int update = lab.newUpdate("""
                invoke-rc.d libvirt-guests restart
                deb-systemd-invoke restart libvirt-guests.service
                invoke-rc.d libvirt-guests stop
                deb-systemd-invoke stop virtlogd.service
                invoke-rc.d --query libvirtd restart || true
                """);

        lab.ended(lab.rolledOut(SmallUpdate.id(update), host), "DONE");
        assertThat(host.running()).containsExactlyInAnyOrderElementsOf(vms);
        assertThat(host.exec("cat", "/run/lab/asked").out())
                .as("what the host's own policy was asked")
                .contains("libvirtd")
                .doesNotContain("libvirt-guests", "virtlogd");
        assertThat(host.exec("ls", "/usr/sbin").out()).doesNotContain("before-evenkeel");

        // and it was for the policy: without it, the script is run
        script(host, "/etc/init.d/libvirt-guests", "touch /run/lab/guests-stopped");
        host.exec("invoke-rc.d", "libvirt-guests", "stop");
        assertThat(host.exec("test", "-e", "/run/lab/guests-stopped").ok()).isTrue();
    }

    private static void script(LabHost host, String file, String body) throws IOException {
        host.command(List.of("sh", "-ec", "cat >" + file + "; chmod 755 " + file))
                .withInput("#!/bin/sh\n" + body + "\n")
                .check();
    }
}
