package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.packages.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock that goes on while the kernel is replaced. A kernel sets its own by it when it starts, but reads full seconds only
 * (Linux, drivers/rtc/class.c, rtc_hctosys), so the host's clock is off by up to half a second afterwards. How far it is ahead of
 * the hardware's is measured on both sides of the change, by the moments at which the hardware's turns to the next second.
 */
final class HardwareClock {
    private static final Logger LOG = LoggerFactory.getLogger(HardwareClock.class);
    private static final Path SECONDS = Path.of("/sys/class/rtc/rtc0/since_epoch");
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final Duration GLANCE = Duration.ofMillis(2);
    private static final Duration COARSE = Duration.ofMillis(50);
    private static final Duration TOLERATED = Duration.ofMillis(20);
    private static final Duration SETTING = Duration.ofSeconds(20);

    private HardwareClock() {}

    /**
     * How far the host's clock is ahead of the hardware's, to some milliseconds; takes a second or few. Empty where there is no
     * hardware clock, or the machine was too busy to catch its turn.
     */
    static Optional<Duration> ahead() {
        try {
            if (!Files.isReadable(SECONDS)) {
                return Optional.empty();
            }
            long limit = System.nanoTime() + PATIENCE.toNanos();
            long seconds = seconds();
            Instant seen = Instant.now();
            while (System.nanoTime() < limit) {
                LockSupport.parkNanos(GLANCE.toNanos());
                long now = seconds();
                Duration since = Duration.between(seen, Instant.now());
                if (now == seconds + 1 && since.compareTo(COARSE) < 0) {
                    return Optional.of(Duration.between(Instant.ofEpochSecond(now), seen.plus(since.dividedBy(2))));
                }
                seconds = now;
                seen = Instant.now();
            }
            return Optional.empty();
        } catch (IOException | NumberFormatException e) {
            LOG.warn("the hardware's clock can't be read: {}", e.toString());
            return Optional.empty();
        }
    }

    private static long seconds() throws IOException {
        return Long.parseLong(Files.readString(SECONDS).strip());
    }

    /** Sets the host's clock as far ahead of the hardware's as it was, where that is known and it is not. */
    static void restore(@Nullable Duration ahead) throws IOException {
        if (ahead == null) {
            return;
        }
        Optional<Duration> now = ahead();
        if (now.isEmpty()) {
            return;
        }
        Duration lacks = ahead.minus(now.get());
        if (lacks.abs().compareTo(TOLERATED) > 0) {
            Instant set = Instant.now().plus(lacks);
            Command.Result done = Command.run(
                    SETTING,
                    Map.of(),
                    List.of("date", "-s", "@%d.%09d".formatted(set.getEpochSecond(), set.getNano())));
            LOG.info("the host's clock was off by {} after its kernel was replaced: {}", lacks, done.tail());
        }
    }
}
