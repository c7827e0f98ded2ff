package dev.evenkeel.lab.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class DomainXmlTest {
    @Test
    void the_owner_is_in_the_metadata() throws Exception {
        VmPlan.Owner owner = VmPlan.Owner.of("a'b & c")
                .inSet("web")
                .withMaxPause(Duration.ofSeconds(2))
                .withMigration("avoid")
                .withPostCopy("allowed")
                .withOnHostFailure("restart");
        Document document =
                parse(DomainXml.of(VmPlan.small(7, "vm", "x").withOwner(owner), "pc", 20000, Optional.empty()));
        Element vm = (Element) document.getElementsByTagNameNS("https://evenkeel.dev/xmlns/vm/1", "vm")
                .item(0);
        assertThat(vm.getAttribute("tenant")).isEqualTo("a'b & c");
        assertThat(vm.getAttribute("availability-set")).isEqualTo("web");
        assertThat(vm.getAttribute("max-pause")).isEqualTo("PT2S");
        assertThat(vm.getAttribute("migration")).isEqualTo("avoid");
        assertThat(vm.getAttribute("post-copy")).isEqualTo("allowed");
        assertThat(vm.getAttribute("restart")).isEqualTo("never");
        assertThat(vm.getAttribute("on-host-failure")).isEqualTo("restart");
    }

    @Test
    void a_disk_is_there_only_where_asked_for() throws Exception {
        VmPlan plan = VmPlan.small(1, "vm", "acme");
        assertThat(parse(DomainXml.of(plan, "pc", 20000, Optional.empty()))
                        .getElementsByTagName("disk")
                        .getLength())
                .isZero();
        assertThat(parse(DomainXml.of(plan, "pc", 20000, Optional.of("/d.qcow2")))
                        .getElementsByTagName("disk")
                        .getLength())
                .isOne();
    }

    @Test
    void the_guest_is_told_who_it_is_and_how_to_behave() {
        String xml = DomainXml.of(VmPlan.small(3, "vm", "acme").withLoad(40, 64), "pc", 5000, Optional.empty());
        assertThat(xml).contains("ek.id=vm", "ek.ip=10.78.1.3", "ek.period=5000", "ek.dirty=40.0", "ek.ws=64");
    }

    @Test
    void a_fleet_has_two_tenants_a_pair_a_disk_and_no_two_alike() {
        List<VmPlan> fleet = VmPlan.fleet(14);
        assertThat(fleet).hasSize(14);
        assertThat(new HashSet<>(fleet.stream().map(VmPlan::name).toList())).hasSize(14);
        assertThat(new HashSet<>(fleet.stream().map(VmPlan::address).toList())).hasSize(14);
        assertThat(new HashSet<>(fleet.stream().map(VmPlan::mac).toList())).hasSize(14);
        assertThat(fleet.stream().map(v -> v.owner().tenant()).distinct()).containsExactly("acme", "globex");
        assertThat(fleet.subList(0, 6).stream()
                        .filter(v -> v.owner().availabilitySet().equals(Optional.of("web"))))
                .hasSize(2);
        assertThat(fleet.subList(0, 6).stream().filter(VmPlan::disk)).hasSize(1);
    }

    private static Document parse(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }
}
