package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Stood;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A run that replaces the kernel of h1 under its VMs, which their owners let stand still for a minute; h2 and h3 have room. */
final class KernelRun {
    static final Effect FORTH = new Effect.SwitchKernel(Given.UPDATE, false);
    static final Effect BACK = new Effect.SwitchKernel(Given.UPDATE, true);
    static final Effect UNDO = new Effect.UndoUpdate(Given.UPDATE, Method.PRESERVE_KERNEL);
    static final Effect VERIFY = new Effect.VerifyUpdate(Given.UPDATE);

    final Given given = new Given();
    final OneRun run;

    KernelRun(String... vms) {
        given.updateIsOf(Component.KERNEL);
        given.updateOnlyBy(Method.PRESERVE_KERNEL);
        given.host("h1").runs(vms);
        given.host("h2");
        given.host("h3");
        for (String vm : vms) {
            given.vm(vm).owner(patient(Intent.OnHostFailure.LEAVE));
        }
        run = OneRun.of(given, "h1", new Purpose.UpdateHost(Given.UPDATE, Method.PRESERVE_KERNEL));
    }

    static Intent patient(Intent.OnHostFailure onFailure) {
        return new Intent(Duration.ofMinutes(1), Intent.Migration.ALLOWED, false, Intent.Restart.NEVER, onFailure);
    }

    // What happens.

    /** Its packages are in, and nothing was looked at since. */
    KernelRun installed() {
        run.begins().looksAtFreshObservations();
        run.latestSucceeds();
        return this;
    }

    /** The other kernel was ordered. */
    KernelRun switching() {
        installed();
        run.looksAtFreshObservations();
        return this;
    }

    /** It runs, and these VMs have stood still for it. */
    KernelRun switched(String... vms) {
        return ends(outcome(null, stood(vms)));
    }

    /** The old kernel still runs, for which these VMs have stood still in vain. */
    KernelRun switchedInVain(String code, String... vms) {
        return ends(outcome(Refusal.of(code, "the kernel that was wanted does not run"), stood(vms)));
    }

    KernelRun fails(String code) {
        return ends(OneRun.failed(code, Outcome.Aftermath.UNCHANGED, false));
    }

    KernelRun ends(Outcome outcome) {
        given.passes(Duration.ofSeconds(20));
        run.told(OneRun.ended(switchOrdered().id(), outcome));
        return this;
    }

    /** The host runs the update's kernel, is verified and found wrong: what ran before is wanted, and looked for. */
    KernelRun wantsBack(String... vms) {
        switching().switched(vms);
        run.latestFails("VERIFY_FAILED", Outcome.Aftermath.CHANGED);
        run.looksAtFreshObservations();
        return this;
    }

    static List<Stood> stood(String... vms) {
        return Stream.of(vms).map(vm -> stood(vm, null)).toList();
    }

    static Stood stood(String vm, @Nullable Refusal died) {
        return new Stood(
                new VmId(vm),
                Duration.ofSeconds(12),
                Duration.ofSeconds(18),
                Duration.ofSeconds(12),
                Duration.ofMillis(1),
                died);
    }

    static Outcome outcome(@Nullable Refusal why, List<Stood> stood) {
        return new Outcome.Switched(
                new TreeMap<>(Map.of("kernel", "6.1")), new TreeMap<>(Map.of("kernel", "6.2")), stood, why);
    }

    // What it wants.

    Step.Order switchOrdered() {
        return run.orders().reversed().stream()
                .filter(order -> order.effect() instanceof Effect.SwitchKernel)
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no kernel in " + run.effects()));
    }

    long switchesOrdered() {
        return run.effects().stream()
                .filter(Effect.SwitchKernel.class::isInstance)
                .count();
    }

    Effect latest() {
        return run.latest().effect();
    }
}
