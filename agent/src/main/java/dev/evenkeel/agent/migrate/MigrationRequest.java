package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.MigrationOptions;
import dev.evenkeel.agent.libvirt.MigrationOptions.Flag;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.OwnerSettings;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.MigrationLimits;
import dev.evenkeel.core.impact.MigrationModel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An order to move one VM off this host.
 *
 * @param destinationUri the destination's daemon as this host's daemon reaches it: {@code qemu+tls://10.77.0.12/system}. Memory and
 *     storage are encrypted when its transport is tls
 * @param destinationAddress the address that memory and storage are sent to
 * @param maxPause the longest stop that the owner accepts
 * @param postCopyAllowed the owner accepts that a lost link loses the VM once it has switched over
 * @param bandwidthLimit cap on the stream in bytes per second, or null for none
 * @param deadline give the move up, cleanly, after this long
 * @param model constants learned for this pair of hosts
 * @param said what was said of the VM beside its metadata, or null
 */
public record MigrationRequest(
        VmId vm,
        String destinationUri,
        String destinationAddress,
        Duration maxPause,
        boolean postCopyAllowed,
        @Nullable Bytes bandwidthLimit,
        Duration deadline,
        MigrationModel model,
        @Nullable OwnerSettings said) {
    public MigrationRequest(
            VmId vm,
            String destinationUri,
            String destinationAddress,
            Duration maxPause,
            boolean postCopyAllowed,
            @Nullable Bytes bandwidthLimit,
            Duration deadline,
            MigrationModel model) {
        this(vm, destinationUri, destinationAddress, maxPause, postCopyAllowed, bandwidthLimit, deadline, model, null);
    }

    private static final Duration NOTHING_TO_MOVE = Duration.ofSeconds(1);

    /** The limits in the words of the forecast. */
    public MigrationLimits limits() {
        return new MigrationLimits(maxPause, postCopyAllowed, true, bandwidthLimit, deadline);
    }

    /** The same order about another daemon, to settle an earlier move. */
    MigrationRequest to(String uri) {
        return new MigrationRequest(
                vm, uri, destinationAddress, maxPause, postCopyAllowed, bandwidthLimit, deadline, model, said);
    }

    /** Names the ends of an earlier move; nothing is to be moved by it. */
    static MigrationRequest about(MoveRecord earlier) {
        return new MigrationRequest(
                earlier.vm(),
                earlier.destinationUri(),
                "",
                NOTHING_TO_MOVE,
                false,
                null,
                NOTHING_TO_MOVE,
                MigrationModel.DEFAULT);
    }

    /** How a post-copy that broke off is taken up again. */
    MigrationOptions resuming() {
        return MigrationOptions.builder()
                .flag(Flag.LIVE)
                .flag(Flag.PEER_TO_PEER)
                .flag(Flag.PERSIST_DESTINATION)
                .flag(Flag.UNDEFINE_SOURCE)
                .flag(Flag.POST_COPY)
                .flag(Flag.POST_COPY_RESUME)
                .flagIf(encrypted(), Flag.TLS)
                .dataUri("tcp://" + destinationAddress)
                .build();
    }

    boolean encrypted() {
        return destinationUri.startsWith("qemu+tls:");
    }
}
