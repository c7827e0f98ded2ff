package dev.evenkeel.agent.libvirt;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How virDomainMigrateToURI3 is to go about it: flags and typed parameters. Built by {@link Builder}, immutable. */
public final class MigrationOptions {
    /** virDomainMigrateFlags that we use. */
    public enum Flag {
        LIVE(0),
        PEER_TO_PEER(1),
        PERSIST_DESTINATION(3),
        UNDEFINE_SOURCE(4),
        COPY_STORAGE(6),
        /** Nobody may change the domain while it moves. */
        CHANGE_PROTECTION(8),
        /** Move although the source cannot see that its disk is safe to share; we prove that ourselves. */
        UNSAFE(9),
        ABORT_ON_IO_ERROR(12),
        AUTO_CONVERGE(13),
        /** Allows a later switch to post-copy; does not start it. */
        POST_COPY(15),
        TLS(16),
        /** Takes up a post-copy that broke off; the other flags must be those it began with. */
        POST_COPY_RESUME(19);

        private final int bit;

        Flag(int bit) {
            this.bit = 1 << bit;
        }
    }

    private final Set<Flag> flags;
    private final List<Map.Entry<String, Object>> parameters;

    private MigrationOptions(Set<Flag> flags, List<Map.Entry<String, Object>> parameters) {
        this.flags = Set.copyOf(flags);
        this.parameters = List.copyOf(parameters);
    }

    public static Builder builder() {
        return new Builder();
    }

    int flags() {
        return flags.stream().mapToInt(f -> f.bit).reduce(0, (a, b) -> a | b);
    }

    List<Map.Entry<String, Object>> parameters() {
        return parameters;
    }

    @Override
    public String toString() {
        return flags + " " + parameters;
    }

    /** Collects options; every method is one parameter of virDomainMigrateToURI3. */
    public static final class Builder {
        private final Set<Flag> flags = EnumSet.noneOf(Flag.class);
        private final List<Map.Entry<String, Object>> parameters = new ArrayList<>();

        private Builder() {}

        public Builder flag(Flag flag) {
            flags.add(flag);
            return this;
        }

        public Builder flagIf(boolean condition, Flag flag) {
            return condition ? flag(flag) : this;
        }

        /** Where the source's QEMU finds the destination's: {@code tcp://10.0.0.2}; the port is chosen by the destination. */
        public Builder dataUri(String uri) {
            return put("migrate_uri", uri);
        }

        /** The document to start it with on the destination, which must look the same to the guest. */
        public Builder destinationXml(String xml) {
            return put("destination_xml", xml);
        }

        /** Cap of pre-copy in MiB/s. */
        public Builder bandwidth(long mebibytesPerSecond) {
            return put("bandwidth", mebibytesPerSecond);
        }

        /** Cap of post-copy's background copy in MiB/s. */
        public Builder postCopyBandwidth(long mebibytesPerSecond) {
            return put("bandwidth.postcopy", mebibytesPerSecond);
        }

        /** A disk whose content is to be copied, by its target (vda). Without any, all writable disks that are not shared are. */
        public Builder copyDisk(String target) {
            return put("migrate_disks", target);
        }

        /** First and further steps of auto-converge in per cent. */
        public Builder throttle(int initialPercent, int incrementPercent) {
            return put("auto_converge.initial", initialPercent).put("auto_converge.increment", incrementPercent);
        }

        /** The name in the destination's certificate when it differs from the address. */
        public Builder tlsDestination(String name) {
            return put("tls.destination", name);
        }

        public MigrationOptions build() {
            return new MigrationOptions(flags, parameters);
        }

        private Builder put(String name, Object value) {
            parameters.add(Map.entry(name, value));
            return this;
        }
    }
}
