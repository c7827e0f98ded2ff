package dev.evenkeel.agent.hotpatch.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.hotpatch.HotPatches;
import dev.evenkeel.agent.libvirt.LibvirtError;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.packages.PayloadCache;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders to bring an update's patches in and out of the services of a host that has no VMs. */
class HotPatchesTest {
    @TempDir
    private Path directory = Path.of("");

    private Workshop shop;
    private final Map<String, Path> store = new HashMap<>();

    @BeforeEach
    void workshop() throws IOException {
        shop = new Workshop(directory);
    }

    /** An agent as it is after a start. */
    private HotPatches agent() {
        PayloadCache payloads = new PayloadCache(
                directory.resolve("payloads"),
                (sha256, from) -> {
                    InputStream in = Files.newInputStream(store.getOrDefault(sha256, Path.of("/none")));
                    in.skipNBytes(from);
                    return in;
                },
                Duration.ZERO);
        return new HotPatches(
                directory.resolve("hot"),
                payloads,
                Duration.ofSeconds(5),
                () -> {
                    throw LibvirtException.of(new IllegalStateException("no daemon here: " + LibvirtError.NO_CONNECT));
                },
                _ -> Optional.empty());
    }

    private Update update(int number, String name, String version, Path jar) throws Exception {
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));
        store.put(sha256, jar);
        String target = JvmPatch.read(jar, Duration.ofSeconds(5)).targets().getFirst();
        PatchFile patch =
                new PatchFile("fix.jar", sha256, new Bytes(Files.size(jar)), PatchFile.Kind.JVM, name, version, target);
        return new Update(
                new UpdateId("u" + number),
                version,
                Component.SERVICE,
                Severity.CRITICAL,
                "a fix",
                Map.of(Method.HOT_PATCH, Payload.of(List.of(patch))),
                new TreeMap<>());
    }

    private Update fix(int version) throws Exception {
        Path jar = shop.jars.patch("fix", "" + version, "acme.Greeter#version=" + version, Sources.greeter(version));
        return update(version, shop.id("fix", "" + version).name(), "" + version, jar);
    }

    private static EffectId effect(int number) {
        return new EffectId("run1/" + number);
    }

    @Test
    void anUpdateGoesInIsReplacedAndEachUndoBringsBackWhatWasBefore() throws Exception {
        Update two = fix(2);
        Update three = fix(3);
        try (Service service = shop.service(25)) {
            HotPatches agent = agent();
            assertThat(agent.apply(effect(1), two)).isInstanceOf(Outcome.Changed.class);
            assertThat(agent.verify(two)).isInstanceOf(Outcome.Changed.class);
            assertThat(service.ask("calls")).isEqualTo("[2]");
            String fact = two.patchesFor(new TreeMap<>()).getFirst().fact();
            assertThat(agent.facts()).containsEntry(fact, "2");

            agent = agent(); // killed and started again
            assertThat(agent.has(two)).isTrue();
            assertThat(agent.apply(effect(2), three)).isInstanceOf(Outcome.Changed.class);
            assertThat(agent.facts()).containsEntry(fact, "3");
            assertThat(service.ask("calls")).isEqualTo("[3]");

            assertThat(agent().undo(effect(3), three)).isInstanceOf(Outcome.Changed.class);
            assertThat(service.ask("calls")).isEqualTo("[2]");
            assertThat(agent().facts()).containsEntry(fact, "2");
            assertThat(agent().undo(effect(4), two)).isInstanceOf(Outcome.Changed.class);
            assertThat(service.ask("calls")).isEqualTo("[1]");
            assertThat(agent().facts()).isEmpty();
            assertThat(agent().has(two)).isFalse();
        }
    }

    @Test
    void aServiceThatStartsLaterIsPatchedWhenTheAgentComesBy() throws Exception {
        Update two = fix(2);
        HotPatches agent = agent();
        assertThat(agent.apply(effect(1), two)).isInstanceOf(Outcome.Changed.class);
        try (Service service = shop.service(25)) {
            assertThat(service.ask("calls")).isEqualTo("[1]");
            agent.keepUp();
            assertThat(service.ask("calls")).isEqualTo("[2]");
        }
    }

    @Test
    void whereOneServiceCanNotTakeItNoneHasItAndEachIsNamed() throws Exception {
        Update two = fix(2);
        try (Service willing = shop.service(25);
                Service closed = shop.service(25, "-XX:-EnableDynamicAgentLoading")) {
            HotPatches agent = agent();
            Outcome outcome = agent.apply(effect(1), two);
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.aftermath()).isEqualTo(Outcome.Aftermath.UNCHANGED);
                assertThat(failed.why().code()).isEqualTo("NOT_ALL_JVMS");
                assertThat(failed.why().evidence()).containsKey("pid " + closed.pid());
            });
            assertThat(willing.ask("calls")).isEqualTo("[1]");
            assertThat(agent.has(two)).isFalse();
            assertThat(agent.probe(effect(1), two, true).getClass().getSimpleName())
                    .isEqualTo("NotStarted");
        }
    }

    @Test
    void aPayloadThatIsNotWhatTheManifestSaysNeverReachesAService() throws Exception {
        Update two = fix(2);
        PatchFile patch = two.patchesFor(new TreeMap<>()).getFirst();
        Path tampered = directory.resolve("tampered.jar");
        byte[] bytes = Files.readAllBytes(store.getOrDefault(patch.sha256(), tampered));
        bytes[bytes.length / 2] ^= 1;
        Files.write(tampered, bytes);
        store.put(patch.sha256(), tampered);
        try (Service service = shop.service(25)) {
            Outcome outcome = agent().apply(effect(1), two);
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.why().why()).contains("digest"));
            assertThat(service.ask("calls")).isEqualTo("[1]");
            assertThat(directory.resolve("payloads").resolve(patch.sha256() + ".jar"))
                    .doesNotExist();
        }
    }
}
