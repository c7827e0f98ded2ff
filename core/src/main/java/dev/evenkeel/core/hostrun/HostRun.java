package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Method;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One host's journey.
 *
 * @param rollout the rollout that started it, or null when a person did
 * @param budgets what it must hold besides the host itself
 * @param effects how many effects it has ordered; numbers the next one
 * @param moved how many VMs it has moved
 * @param vmsLost how many VMs died while it worked
 * @param restarts the VMs that it stopped or meant to stop, with their owners' consent; it does not end before they run
 * @param announcements what the VMs that will feel it were told
 * @param offers the choices that owners of VMs on the host have
 * @param by who ordered it
 * @param reason why, in that person's words
 */
public record HostRun(
        RunId id,
        MigrationDomainId shard,
        HostId host,
        Purpose purpose,
        RunPolicy policy,
        @Nullable RunId rollout,
        List<Hold> budgets,
        HostRunState state,
        int effects,
        int moved,
        int vmsLost,
        List<Restart> restarts,
        List<Announcement> announcements,
        List<Offer> offers,
        Instant orderedAt,
        String by,
        String reason)
        implements Run {
    public HostRun {
        budgets = List.copyOf(budgets);
        // null in runs stored before there were any
        restarts = restarts == null ? List.of() : List.copyOf(restarts);
        announcements = announcements == null ? List.of() : List.copyOf(announcements);
        offers = offers == null ? List.of() : List.copyOf(offers);
    }

    /** A run about to begin. */
    public static HostRun ordered(
            RunId id,
            MigrationDomainId shard,
            HostId host,
            Purpose purpose,
            RunPolicy policy,
            @Nullable RunId rollout,
            List<Hold> budgets,
            Instant now,
            String by,
            String reason) {
        HostRunState first = new HostRunState.Reserving(now, now.plus(policy.reserve()));
        return new HostRun(
                id, shard, host, purpose, policy, rollout, budgets, first, 0, 0, 0, List.of(), List.of(), List.of(),
                now, by, reason);
    }

    /** The holds it takes before it touches anything: first its host, which no two runs may work on. */
    public List<Hold> holds() {
        List<Hold> all = new ArrayList<>();
        if (!(purpose instanceof Purpose.MoveOne)) { // a redeployed VM may have to be started where it was
            all.add(new Hold("host:" + host, 1));
        }
        all.addAll(budgets);
        return all;
    }

    /** Whether VMs stay on the host and get a new VMM beneath them. */
    boolean preservesVmms() {
        return purpose instanceof Purpose.UpdateHost update && update.method() == Method.PRESERVE_VMM;
    }

    /** Whether VMs stay on the host and stand still while another kernel is started there. */
    boolean preservesKernel() {
        return purpose instanceof Purpose.UpdateHost update && update.method() == Method.PRESERVE_KERNEL;
    }

    /** Whether VMs stay on the host and run on, because what is changed beneath them they do not feel. */
    boolean patches() {
        return purpose instanceof Purpose.UpdateHost update && update.method() == Method.HOT_PATCH;
    }

    /** Whether VMs that can't be moved may be restarted where their owners agree. */
    boolean mayRestart() {
        return purpose instanceof Purpose.UpdateHost update
                && (update.method() == Method.REBOOT || update.method() == Method.SELF_SERVICE);
    }

    /** Whether what an update brought is taken away again. */
    boolean takesBack() {
        return purpose instanceof Purpose.UpdateHost update && update.back();
    }

    /** Whether VMs stay on the host that can keep their memory. */
    boolean preserves() {
        return preservesVmms() || preservesKernel();
    }

    EffectId nextEffect() {
        return new EffectId(id.value() + "/" + (effects + 1));
    }

    /** What one of its VMs was told. */
    public Optional<Announcement> announcement(VmId vm) {
        return announcements.stream().filter(a -> a.vm().equals(vm)).findFirst();
    }

    /** The same run in another state. */
    public HostRun in(HostRunState next) {
        return copy(next, effects, moved, vmsLost, restarts, announcements, offers);
    }

    HostRun ordering(HostRunState next) {
        return copy(next, effects + 1, moved, vmsLost, restarts, announcements, offers);
    }

    HostRun counting(int movedNow, int lostNow) {
        return copy(state, effects, moved + movedNow, vmsLost + lostNow, restarts, announcements, offers);
    }

    HostRun restarting(List<Restart> next) {
        return copy(state, effects, moved, vmsLost, next, announcements, offers);
    }

    /** The choice that the owner of one of its VMs has. */
    public Optional<Offer> offer(VmId vm) {
        return offers.stream().filter(o -> o.vm().equals(vm)).findFirst();
    }

    HostRun offering(List<Offer> next) {
        return copy(state, effects, moved, vmsLost, restarts, announcements, next);
    }

    HostRun telling(List<Announcement> next) {
        return copy(state, effects, moved, vmsLost, restarts, next, offers);
    }

    /** The same with one effect more ordered. */
    HostRun ordered() {
        return ordering(state);
    }

    private HostRun copy(
            HostRunState nextState,
            int nextEffects,
            int nextMoved,
            int nextLost,
            List<Restart> nextRestarts,
            List<Announcement> nextAnnouncements,
            List<Offer> nextOffers) {
        return new HostRun(
                id,
                shard,
                host,
                purpose,
                policy,
                rollout,
                budgets,
                nextState,
                nextEffects,
                nextMoved,
                nextLost,
                nextRestarts,
                nextAnnouncements,
                nextOffers,
                orderedAt,
                by,
                reason);
    }

    @Override
    public Optional<Instant> due() {
        return state.due();
    }

    @Override
    public boolean ended() {
        return state instanceof HostRunState.Ended;
    }

    @Override
    public String stateName() {
        return state.getClass().getSimpleName();
    }

    @Override
    public boolean needsPerson() {
        return state instanceof HostRunState.NeedsPerson;
    }

    @Override
    public HostRun asksPerson(Refusal because, Instant now) {
        Refusal why = Starts.tellingWhatIsDown(this, because);
        return switch (state) {
            case HostRunState.Ended e -> this;
            case HostRunState.NeedsPerson p ->
                in(new HostRunState.NeedsPerson(p.resume(), why, p.since(), PersonAsked.nextAsk(p.since(), now)));
            case HostRunState.Reserving r -> in(PersonAsked.asking(r, why, now));
            case HostRunState.Offering o -> in(PersonAsked.asking(o, why, now));
            case HostRunState.Announcing a -> in(PersonAsked.asking(a, why, now));
            case HostRunState.Draining d -> in(PersonAsked.asking(d, why, now));
            case HostRunState.Stopping s -> in(PersonAsked.asking(s, why, now));
            case HostRunState.Applying a -> in(PersonAsked.asking(a, why, now));
            case HostRunState.HandingOver h -> in(PersonAsked.asking(h, why, now));
            case HostRunState.Switching s -> in(PersonAsked.asking(s, why, now));
            case HostRunState.Verifying v -> in(PersonAsked.asking(v, why, now));
            case HostRunState.Undoing u -> in(PersonAsked.asking(u, why, now));
            case HostRunState.Starting s -> in(PersonAsked.asking(s, why, now));
        };
    }
}
