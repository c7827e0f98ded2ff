package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Method;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What a drain writes down: notices of moves, and the ledger row of each that a VM felt. */
final class DrainNotes {
    private DrainNotes() {}

    static void started(Step.Builder step, HostRun run, World world, Vm vm, Host to) {
        tell(
                step,
                run,
                world,
                "MoveStarted",
                vm.id(),
                to.id(),
                "VM " + vm.name() + " moves from " + run.host() + " to " + to.id());
    }

    static void moved(Step.Builder step, HostRun run, World world, Move move, Outcome.Moved result) {
        Optional<Vm> vm = world.fleet().vm(move.vm());
        EffectId effect = Objects.requireNonNull(move.effect(), "a move that ended has an effect");
        step.record(new LedgerEntry(
                effect,
                run.id(),
                move.vm(),
                move.name(),
                vm.map(Vm::tenant).orElse(new TenantId("default")),
                Method.MIGRATE,
                run.purpose().phrase(),
                run.host(),
                result.to(),
                move.at(),
                world.now(),
                result.foreseen() == null
                        ? move.forecastStop()
                        : result.foreseen().stop(),
                result.stop(),
                result.foreseen() == null
                        ? move.forecastTotal()
                        : result.foreseen().total(),
                result.total(),
                result.clockSkew()));
        tell(
                step,
                run,
                world,
                "VmMoved",
                move.vm(),
                result.to(),
                "VM " + move.name() + " runs on " + result.to() + "; it stood still for "
                        + result.stop().toMillis() + " ms");
    }

    private static void tell(
            Step.Builder step, HostRun run, World world, String type, VmId vm, HostId to, String text) {
        Notice plain = Ending.info(run, world, type, text);
        TreeMap<String, String> data = new TreeMap<>(plain.data());
        data.put("vm", vm.value());
        data.put("to", to.value());
        step.notice(new Notice(plain.at(), plain.level(), type, plain.run(), text, data));
    }
}
