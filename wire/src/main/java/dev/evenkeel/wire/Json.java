package dev.evenkeel.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutState;
import dev.evenkeel.core.update.AppliesTo;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The one mapper. Ids and {@link Bytes} are plain strings and numbers; times and durations ISO 8601; a sealed type
 * carries its case's simple name as {@code "is"}; unknown fields are refused by name, so that a typing error in a
 * manifest is seen.
 */
public final class Json {
    private static final List<Class<?>> IDS = List.of(
            HostId.class,
            VmId.class,
            TenantId.class,
            AvailabilitySetId.class,
            MigrationDomainId.class,
            UpdateId.class,
            RunId.class,
            EffectId.class,
            EventId.class);

    private static final List<Class<?>> SEALED = List.of(
            Effect.class,
            Outcome.class,
            RunEvent.class,
            HostRunState.class,
            RolloutState.class,
            Purpose.class,
            Impact.class);

    private static final JsonMapper MAPPER = configure(JsonMapper.builder()).build();

    /** Made when first asked for: agents never are. */
    private static final class Yaml {
        static final YAMLMapper MAPPER = configure(YAMLMapper.builder()).build();
    }

    private Json() {}

    /** Reads and writes JSON. Shared and immutable. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** Reads and writes YAML with the same rules. Shared and immutable. */
    public static YAMLMapper yaml() {
        return Yaml.MAPPER;
    }

    private static <M extends tools.jackson.databind.ObjectMapper, B extends MapperBuilder<M, B>> B configure(
            B builder) {
        builder.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);
        IDS.forEach(id -> builder.addMixIn(id, IdMixIn.class));
        builder.addMixIn(Bytes.class, BytesMixIn.class);
        for (Class<?> sealed : SEALED) {
            builder.addMixIn(sealed, CaseMixIn.class);
            for (Class<?> option : sealed.getPermittedSubclasses()) {
                builder.registerSubtypes(new NamedType(option, option.getSimpleName()));
            }
        }
        builder.addMixIn(Update.class, UpdateMixIn.class);
        builder.addMixIn(AppliesTo.class, AppliesToMixIn.class);
        builder.addMixIn(PackageFile.class, PackageFileMixIn.class);
        builder.addMixIn(PatchFile.class, PatchFileMixIn.class);
        builder.addMixIn(Payload.class, PayloadMixIn.class);
        builder.addMixIn(Run.class, CaseMixIn.class);
        builder.registerSubtypes(new NamedType(HostRun.class, "HostRun"), new NamedType(Rollout.class, "Rollout"));
        return builder;
    }

    /** An id is its value. */
    private abstract static class IdMixIn {
        @JsonCreator
        IdMixIn(String value) {}

        @JsonValue
        abstract String value();
    }

    /** An amount is a number of bytes. */
    private abstract static class BytesMixIn {
        @JsonCreator
        BytesMixIn(long value) {}

        @JsonValue
        abstract long value();
    }

    /** A case of a sealed type says which one it is. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    private abstract static class CaseMixIn {}

    /** What a manifest may not leave out. */
    private abstract static class UpdateMixIn {
        @JsonCreator
        UpdateMixIn(
                @JsonProperty(value = "id", required = true) UpdateId id,
                @JsonProperty(value = "version", required = true) String version,
                @JsonProperty(value = "component", required = true) Component component,
                @JsonProperty(value = "severity", required = true) Severity severity,
                @JsonProperty(value = "title", required = true) String title,
                @JsonProperty(value = "methods", required = true) Map<Method, Payload> methods,
                @JsonProperty("verify") @JsonSetter(nulls = Nulls.AS_EMPTY) SortedMap<String, String> verify,
                @JsonProperty("deadline") @Nullable Instant deadline,
                @JsonProperty("appliesTo") @Nullable AppliesTo appliesTo,
                @JsonProperty("requires") @JsonSetter(nulls = Nulls.AS_EMPTY) List<UpdateId> requires,
                @JsonProperty("conflicts") @JsonSetter(nulls = Nulls.AS_EMPTY) List<UpdateId> conflicts) {}
    }

    /** What is not said of hosts is empty. */
    private abstract static class AppliesToMixIn {
        @JsonCreator
        AppliesToMixIn(
                @JsonProperty("versions") @JsonSetter(nulls = Nulls.AS_EMPTY) SortedMap<String, String> versions,
                @JsonProperty("capabilities") @JsonSetter(nulls = Nulls.AS_EMPTY) SortedSet<String> capabilities) {}
    }

    /** What a payload may leave out is empty. */
    private abstract static class PayloadMixIn {
        @JsonCreator
        PayloadMixIn(
                @JsonProperty("packages") @JsonSetter(nulls = Nulls.AS_EMPTY) List<PackageFile> packages,
                @JsonProperty("previous") @JsonSetter(nulls = Nulls.AS_EMPTY) List<PackageFile> previous,
                @JsonProperty("removeOnUndo") @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> removeOnUndo,
                @JsonProperty("restart") @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> restart,
                @JsonProperty("patches") @JsonSetter(nulls = Nulls.AS_EMPTY) List<PatchFile> patches) {}
    }

    /** What a hot patch of a manifest may not leave out. */
    private abstract static class PatchFileMixIn {
        @JsonCreator
        PatchFileMixIn(
                @JsonProperty(value = "file", required = true) String file,
                @JsonProperty(value = "sha256", required = true) String sha256,
                @JsonProperty(value = "size", required = true) Bytes size,
                @JsonProperty(value = "kind", required = true) PatchFile.Kind kind,
                @JsonProperty(value = "name", required = true) String name,
                @JsonProperty(value = "version", required = true) String version,
                @JsonProperty(value = "target", required = true) String target) {}
    }

    /** What a package of a manifest may not leave out. */
    private abstract static class PackageFileMixIn {
        @JsonCreator
        PackageFileMixIn(
                @JsonProperty(value = "file", required = true) String file,
                @JsonProperty(value = "sha256", required = true) String sha256,
                @JsonProperty(value = "size", required = true) Bytes size,
                @JsonProperty(value = "name", required = true) String name,
                @JsonProperty(value = "version", required = true) String version) {}
    }
}
