package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;

/**
 * What one VM is expected to feel.
 *
 * @param to its host afterwards
 * @param total how long the whole operation takes, of which the pause is a part
 */
public record VmForecast(VmId vm, HostId to, Impact impact, Duration total) {}
