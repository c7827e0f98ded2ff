package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.HostRunState.HandingOver;
import java.util.ArrayList;
import java.util.List;

/** VMs that were set aside when a person came to be asked: they come home whatever that person says of the run. */
final class Homecoming {
    private Homecoming() {}

    /** A person ends the run; VMs that are aside come home first, if that was not tried yet. */
    static Step resolve(Step.Builder step, HostRun run, HostRunState from, RunEvent.ResolveOrdered order, World world) {
        boolean tried = from instanceof HandingOver over && over.homeward();
        boolean away =
                mayBeAway(from) || world.fleet().aliveOn(run.host()).stream().anyMatch(Vm::aside);
        Refusal why = HostRunDecider.resolved(order);
        return away && !tried && run.preservesVmms()
                ? HandOvers.begin(step, run, why, false, order.as(), world)
                : Ending.end(step, run, order.as(), why, world);
    }

    /** What the run itself knows, should its host be silent: it comes to light when that is seen again. */
    private static boolean mayBeAway(HostRunState from) {
        return from instanceof HandingOver over
                && over.moves().stream()
                        .anyMatch(move -> move.open() || over.aside() && move.status() == Move.Status.MOVED);
    }

    private static boolean isExempt(HostRun run, Move move, World world) {
        return world.fleet().vm(move.vm()).map(vm -> Exempt.why(run, vm, world)).isPresent();
    }

    /** While a person is asked, what could not come home is tried on: its host may have come right. The VM is held still. */
    static Step tryAgain(HostRun run, HandingOver state, Step.Builder step, World world) {
        HostRun next = run;
        List<Move> moves = new ArrayList<>(state.moves());
        DrainSight sight = new DrainSight(run, world, moves, vm -> true);
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            if (state.homeward() && move.status() == Move.Status.STUCK && !isExempt(run, move, world)) {
                EffectId effect = next.nextEffect();
                // one that was exempt when its turn came is held by nobody yet
                sight.scopes(move.vm()).forEach(scope -> step.acquire(new Hold(scope, 1)));
                Intent intent = world.fleet().vm(move.vm()).map(Vm::intent).orElse(Intent.DEFAULT);
                step.order(effect, run.host(), new Effect.HandOver(move.vm(), intent.maxPause(), false));
                moves.set(i, move.started(effect, run.host(), world.now(), move.forecastStop(), move.forecastTotal()));
                next = next.ordered();
            }
        }
        return step.to(next.in(new HandingOver(
                moves, state.lookAt(), state.limit(), state.stopping(), state.undoing(), state.aside(), state.as())));
    }
}
