package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Method;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What a drain writes down: notices of moves, the ledger row of each that a VM felt, and why it came to nothing. */
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
                run.purpose() instanceof Purpose.Redeploy
                        ? "VM " + vm.name() + " is shut down on " + run.host() + " and started on " + to.id()
                        : "VM " + vm.name() + " moves from " + run.host() + " to " + to.id());
    }

    static void moved(Step.Builder step, HostRun run, World world, Move move, Outcome.Moved result) {
        boolean restarted = run.purpose() instanceof Purpose.Redeploy;
        record(step, run, world, move, result, restarted ? Method.REBOOT : Method.MIGRATE);
        tell(
                step,
                run,
                world,
                restarted ? "VmRedeployed" : "VmMoved",
                move.vm(),
                result.to(),
                "VM " + move.name() + " runs on " + result.to() + "; it "
                        + (restarted ? "was out of service" : "stood still") + " for "
                        + result.stop().toMillis() + " ms");
    }

    static void handedOver(Step.Builder step, HostRun run, World world, Move move, Outcome.Moved result) {
        record(step, run, world, move, result, Method.PRESERVE_VMM);
        tell(
                step,
                run,
                world,
                "VmHandedOver",
                move.vm(),
                result.to(),
                "VM " + move.name() + " has a new VMM on " + result.to() + "; it stood still for "
                        + result.stop().toMillis() + " ms");
    }

    static void stoodStill(Step.Builder step, HostRun run, World world, Move move, Outcome.Stood stood) {
        Outcome.Moved kept = new Outcome.Moved(
                run.host(),
                stood.stop(),
                stood.total(),
                Bytes.ZERO,
                false,
                stood.skewBefore(),
                stood.clockSkew(),
                null);
        record(step, run, world, move, kept, Method.PRESERVE_KERNEL);
        tell(
                step,
                run,
                world,
                "VmStoodStill",
                move.vm(),
                run.host(),
                "VM " + move.name() + " kept its memory while " + run.host() + " started another kernel; it stood still"
                        + " for " + stood.stop().toMillis() + " ms");
    }

    private static void record(
            Step.Builder step, HostRun run, World world, Move move, Outcome.Moved result, Method method) {
        Optional<Vm> vm = world.fleet().vm(move.vm());
        EffectId effect = Objects.requireNonNull(move.effect(), "a move that ended has an effect");
        step.record(new LedgerEntry(
                effect,
                run.id(),
                move.vm(),
                move.name(),
                vm.map(Vm::tenant).orElse(new TenantId("default")),
                method,
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
                result.skewBefore(),
                result.clockSkew(),
                null));
    }

    /** Why the host is not empty: each VM that stays, with its reason. */
    static Refusal stuck(HostRun run, List<Move> moves) {
        List<Move> stuck =
                moves.stream().filter(m -> m.status() == Move.Status.STUCK).toList();
        Refusal only = stuck.size() == 1 ? stuck.getFirst().why() : null;
        if (only != null && run.purpose() instanceof Purpose.Redeploy) {
            return only;
        }
        Refusal all = Refusal.of(
                "VMS_STUCK", stuck.size() + " of " + moves.size() + " VMs can't be moved off host " + run.host());
        for (Move move : stuck) {
            String why = move.why() == null
                    ? "unknown"
                    : move.why().code() + ": " + move.why().why();
            all = all.with(move.name(), why);
        }
        return all;
    }

    /** Why a host is brought back, or can't be: each VM that runs on in its old process. */
    static Refusal notHandedOver(HostRun run, List<Move> moves) {
        List<Move> left = moves.stream()
                .filter(m -> m.status() == Move.Status.STUCK || m.status() == Move.Status.PENDING)
                .toList();
        Refusal all = Refusal.of(
                "NOT_HANDED_OVER",
                left.size() + " VMs on host " + run.host() + " run on in their old process of the VMM");
        for (Move move : left) {
            all = all.with(
                    move.name(),
                    move.why() == null
                            ? "not begun when the limit came"
                            : move.why().code() + ": " + move.why().why());
        }
        return all;
    }

    /** Why the drain was given up at its limit. */
    static Refusal tooLong(HostRun run) {
        return Refusal.of(
                "DRAIN_LIMIT",
                "emptying host " + run.host() + " took longer than "
                        + run.policy().drain() + "; raise the policy's drain limit or look at the slow moves");
    }

    /** Why the one VM that was to move did not. */
    static Refusal notHere(HostRun run, Purpose.OneVm one, List<Move> moves) {
        Refusal why = Refusal.of(
                "NOT_HERE",
                "VM " + one.vm() + " is not running on host " + run.host() + "; see evenkeel vm show " + one.vm());
        for (Move move : moves) {
            why = move.why() == null
                    ? why
                    : why.with(move.why().code(), move.why().why());
        }
        return why;
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
