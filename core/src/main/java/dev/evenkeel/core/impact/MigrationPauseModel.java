package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import java.time.Duration;
import java.util.Map;

/**
 * Forecasts moves from what the fleet's snapshot says of a VM and from constants learned for each pair of hosts; pairs that have not
 * exchanged a VM yet use those of the whole fleet. A VM whose dirty rate was never measured is taken to be quiet, because the agent
 * measures again before it moves anything and refuses then if need be.
 */
public final class MigrationPauseModel implements PauseModel {
    /** Far beyond any move that is worth beginning; the run has its own deadline. */
    private static final Duration NO_DEADLINE = Duration.ofDays(1);

    private final MigrationModel fleet;
    private final Map<Pair, MigrationModel> pairs;

    /** From one host to another; the way back is another pair. */
    public record Pair(HostId from, HostId to) {}

    public MigrationPauseModel(MigrationModel fleet, Map<Pair, MigrationModel> pairs) {
        this.fleet = fleet;
        this.pairs = Map.copyOf(pairs);
    }

    /** The constants that hold between two hosts. */
    public MigrationModel model(HostId from, HostId to) {
        return pairs.getOrDefault(new Pair(from, to), fleet);
    }

    @Override
    public VmForecast move(Vm vm, Host from, Host to) {
        Bytes rate = vm.dirtyRate() == null ? Bytes.ZERO : vm.dirtyRate();
        MigrationForecast forecast = MigrationForecast.of(
                MigrationLoad.of(vm.memory(), rate),
                model(from.id(), to.id()),
                new MigrationLimits(vm.intent().maxPause(), vm.intent().postCopy(), true, null, NO_DEADLINE));
        return new VmForecast(vm.id(), to.id(), new Impact.Pause(forecast.stop()), forecast.total());
    }
}
