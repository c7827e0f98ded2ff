package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.cli.Main;
import dev.evenkeel.cli.Surroundings;
import dev.evenkeel.core.fleet.HostId;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people type, from nothing to an update that hosts take, each at a machine of their own. */
class PublishersTest {
    @TempDir
    Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** A person at a machine. */
    private final class Person {
        private final Path home;

        Person(String name) throws IOException {
            home = Files.createDirectories(directory.resolve(name));
        }

        String file(String name) {
            return home.resolve(name).toString();
        }

        Ran types(String... words) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            List<String> all = new ArrayList<>(List.of(words));
            all.addAll(List.of(
                    "--state",
                    home.toString(),
                    "--server",
                    server.apiUrl(),
                    "--token-file",
                    server.settings().directory().resolve("admin-token").toString()));
            int code = Main.run(
                    new Surroundings(
                            new PrintWriter(out),
                            new PrintWriter(err),
                            Map.of(),
                            InstantSource.system(),
                            ZoneOffset.UTC,
                            false),
                    all.toArray(String[]::new));
            return new Ran(code, out.toString(), err.toString());
        }
    }

    private record Ran(int code, String out, String err) {
        Ran ok() {
            assertThat(code).as(out + err).isZero();
            return this;
        }

        Ran fails(int expected, String words) {
            assertThat(code).as(out + err).isEqualTo(expected);
            assertThat(err).contains(words);
            return this;
        }
    }

    /** A package in a file. */
    private Path deb(String name, String version) throws Exception {
        Path tree = directory.resolve(name + "-" + version);
        Files.createDirectories(tree.resolve("DEBIAN"));
        Files.writeString(
                tree.resolve("DEBIAN/control"),
                "Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: d\n"
                        .formatted(name, version));
        Path file = directory.resolve(name + "_" + version + "_all.deb");
        Process process = new ProcessBuilder(
                        "dpkg-deb", "--root-owner-group", "--build", tree.toString(), file.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        return file;
    }

    private void creates(Person person, String id, String version) throws Exception {
        person.types(
                        "update",
                        "create",
                        id,
                        "--out",
                        person.file(id),
                        "--version",
                        version,
                        "--component",
                        "vmm",
                        "--severity",
                        "important",
                        "--method",
                        "MIGRATE",
                        "--deb",
                        deb("qemu-" + id, version).toString(),
                        "--verify",
                        "qemu=" + version)
                .ok();
    }

    @Test
    void onePersonBeginsPublishesAndRevokes() throws Exception {
        Person ann = new Person("ann");
        ann.types("key", "create", ann.file("root.key")).ok();
        ann.types("key", "create", ann.file("updates.key")).ok();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(ann.file("root.key")))))
                .isEqualTo("rw-------");
        ann.types("key", "create", ann.file("root.key")).fails(2, "is there already");
        creates(ann, "u-1", FakePlatform.NEW);
        ann.types("update", "sign", ann.file("u-1"), "--key", ann.file("updates.key"))
                .fails(4, "the catalogue has no root yet");
        ann.types("catalogue", "init", "--root-key", ann.file("root.key"), "--targets-key", ann.file("updates.key"))
                .ok();
        ann.types("update", "apply", "-f", ann.file("u-1")).fails(4, "evenkeel update sign");
        ann.types("update", "publish", ann.file("u-1")).fails(4, "nobody has signed it");
        ann.types("update", "sign", ann.file("u-1"), "--key", ann.file("root.key"))
                .fails(4, "may sign nothing of this draft");
        assertThat(ann.types("update", "sign", ann.file("u-1"), "--key", ann.file("updates.key"))
                        .ok()
                        .out())
                .contains("+ updates/u-1.json", "targets version 1: signed by 1 of the 1 needed");
        assertThat(ann.types("update", "publish", ann.file("u-1")).ok().out()).isEqualTo("update u-1 published\n");
        ann.types("update", "publish", ann.file("u-1")).ok();
        assertThat(ann.types("update", "list").ok().out()).contains("SIGNED");
        assertThat(ann.types("update", "verify", "u-1").ok().out()).contains("good until");
        ann.types("update", "verify", ann.file("u-1")).ok();

        FakePlatform platform = new FakePlatform();
        try (FakeHost host = FakeHost.start(server, platform.addHost("h1"), directory, platform)) {
            Eventually.is(
                    "the host is seen",
                    () -> server.api()
                            .get("/v1/hosts/h1")
                            .json()
                            .path("state")
                            .asString("")
                            .equals("READY"));
            ann.types("rollout", "start", "u-1", "--host", "h1", "--wait", "--timeout", "60s")
                    .ok();
            assertThat(platform.qemu(new HostId("h1"))).isEqualTo(FakePlatform.NEW);
            assertThat(host.id().value()).isEqualTo("h1");
        }

        ann.types("update", "revoke", "u-1", "--key", ann.file("updates.key")).ok();
        assertThat(ann.types("update", "list").ok().out()).contains("REVOKED");
        ann.types("update", "verify", "u-1").fails(4, "nobody vouches for");
        ann.types("update", "verify", ann.file("u-1")).fails(4, "TUF_REVOKED");
        ann.types("rollout", "start", "u-1", "--host", "h1").fails(4, "was revoked by its publishers");
    }

    @Test
    void twoOfThreeSignAndKeysAreReplaced() throws Exception {
        Person ann = new Person("ann");
        Person bob = new Person("bob");
        Person eve = new Person("eve");
        for (Person person : List.of(ann, bob, eve)) {
            person.types("key", "create", person.file("key")).ok();
        }
        assertThat(ann.types(
                                "catalogue",
                                "init",
                                "--root-key",
                                ann.file("key"),
                                "--root-key",
                                bob.file("key.pub"),
                                "--root-threshold",
                                "2",
                                "--targets-key",
                                ann.file("key.pub"),
                                "--targets-key",
                                bob.file("key.pub"),
                                "--targets-threshold",
                                "2",
                                "--draft",
                                ann.file("root.json"))
                        .ok()
                        .out())
                .contains("root version 1: signed by 1 of the 2 needed");
        ann.types("catalogue", "publish", ann.file("root.json")).fails(4, "not enough people have signed it");
        bob.types("catalogue", "sign", ann.file("root.json"), "--key", bob.file("key"))
                .ok();
        bob.types("catalogue", "publish", ann.file("root.json")).ok();

        creates(ann, "u-1", "11.1");
        ann.types("update", "sign", ann.file("u-1"), "--key", ann.file("key")).ok();
        ann.types("update", "publish", ann.file("u-1")).fails(4, "not enough people have signed it");
        bob.types("update", "sign", ann.file("u-1"), "--key", bob.file("key")).ok();
        bob.types("update", "publish", ann.file("u-1")).ok();

        assertThat(ann.types(
                                "catalogue",
                                "rotate",
                                "--root-key",
                                bob.file("key.pub"),
                                "--root-key",
                                eve.file("key.pub"),
                                "--targets-key",
                                eve.file("key.pub"),
                                "--targets-threshold",
                                "1",
                                "--key",
                                ann.file("key"),
                                "--draft",
                                ann.file("rotation.json"))
                        .ok()
                        .out())
                .contains("the keys until now: signed by 1 of the 2 needed");
        bob.types("catalogue", "sign", ann.file("rotation.json"), "--key", bob.file("key"))
                .ok();
        bob.types("catalogue", "publish", ann.file("rotation.json")).fails(4, "the keys from now on");
        eve.types("catalogue", "sign", ann.file("rotation.json"), "--key", eve.file("key"))
                .ok();
        assertThat(eve.types("catalogue", "publish", ann.file("rotation.json"))
                        .ok()
                        .out())
                .contains("1 signed updates");
        creates(eve, "u-2", "11.2");
        ann.types("update", "publish", eve.file("u-2"), "--key", ann.file("key"))
                .fails(4, "may sign nothing of this draft");
        eve.types("update", "publish", eve.file("u-2"), "--key", eve.file("key"))
                .ok();
        ann.types("update", "verify", "u-1").ok();
        eve.types("catalogue", "renew", "--key", eve.file("key")).ok();
        ann.types("update", "verify", "u-2").ok();
    }
}
