package dev.evenkeel.lab.debian;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AptPlanTest {
    @Test
    void new_upgraded_and_removed_packages_are_told_apart() {
        AptPlan plan = AptPlan.parse("""
                Reading package lists...
                31 upgraded, 21 newly installed, 11 to remove and 145 not upgraded.
                Inst libc6 [2.36-9] (2.41-12 Debian:13.7/stable [amd64]) [libc-bin:amd64 ]
                Inst gcc-14-base (14.2.0-19 Debian:13.7/stable [amd64])
                Inst qemu-utils [1:10.0.2+ds-2] (1:11.1.3+ds-1 Debian Backports:stable-backports [amd64]) []
                Remv libdb5.3 [5.3.28+dfsg2-1] [libperl5.36:amd64 iproute2:amd64 ]
                Remv libasound2:amd64 [1.2.8-1+b1] []
                Conf libc6 (2.41-12 Debian:13.7/stable [amd64])
                """);
        assertThat(plan.added()).containsExactly("gcc-14-base");
        assertThat(plan.replaced())
                .containsExactly(
                        "libc6=2.36-9", "qemu-utils=1:10.0.2+ds-2", "libdb5.3=5.3.28+dfsg2-1", "libasound2=1.2.8-1+b1");
    }
}
