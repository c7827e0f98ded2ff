package dev.evenkeel.agent.packages;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the host to VMs while its packages are changed: a mark on disk that {@link QemuHook} reads. With it comes and goes
 * {@link ServicePolicy}. The mark names the
 * effect that it is for and the boot in which it was made, so it ends with either: an effect that is over is swept away
 * when the agent starts, and after a reboot the hook does not heed it.
 */
public final class Closing {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path mark;
    private final Hearing hearing;
    private final ServicePolicy policy;

    /** Finds out whether libvirt heeds the mark, and brings it to do so. */
    @FunctionalInterface
    public interface Hearing {
        /** Asked while the host is closed and empty. False when libvirt does not heed the mark and can't be brought to. */
        boolean heeds() throws IOException;
    }

    /** @param policy holds as long as the host is closed */
    public Closing(Path mark, Hearing hearing, ServicePolicy policy) {
        this.mark = mark;
        this.hearing = hearing;
        this.policy = policy;
    }

    /**
     * From now on no VM starts or arrives, until {@link #open}. To be called when the host is empty, which is looked at
     * again afterwards.
     */
    public void close(EffectId effect) throws IOException {
        Files.createDirectories(mark.getParent());
        PrivateFiles.write(mark, Files.readString(BOOT_ID).strip() + " " + effect.value() + "\n");
        try {
            policy.hold();
        } catch (IOException e) {
            open();
            throw e;
        }
        try {
            if (!hearing.heeds()) {
                LOG.warn(
                        "libvirt does not ask the hook in qemu.d (it can since 6.5): mind that nobody starts VMs on this"
                                + " host while its packages are changed");
            }
        } catch (IOException e) {
            LOG.warn("whether libvirt asks the hook can't be tried: {}", e.getMessage());
        }
    }

    /** VMs may come again. */
    public void open() {
        try {
            policy.release(); // first: what is left of either is found by the mark
        } catch (IOException e) {
            LOG.error("services keep being held up on this host: {}", e.getMessage());
        }
        try {
            Files.deleteIfExists(mark);
        } catch (IOException e) {
            LOG.error("the host stays closed to VMs: {} can't be removed; remove it by hand", mark, e);
        }
    }

    /** The effect that the host is closed for, or was before it booted. */
    Optional<EffectId> closedFor() {
        try {
            String[] words = Files.readString(mark).strip().split(" ", 2);
            return words.length == 2 ? Optional.of(new EffectId(words[1])) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Sweeps away what an earlier life of the agent left closed, unless that effect is still to be decided on. */
    void openUnless(Collection<EffectId> underWay) {
        if (Files.exists(mark) && closedFor().filter(underWay::contains).isEmpty()) {
            LOG.info("the host was left closed to VMs by an earlier life of this agent; it is opened");
            open();
        }
    }
}
