package dev.evenkeel.server.view;

import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.Announcement;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Offer;
import dev.evenkeel.core.rollout.HostProgress;
import dev.evenkeel.core.rollout.Rollout;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far one VM's host has come with one rollout, and what the VM's owner can choose. */
public record MaintenanceView(
        String vm,
        String name,
        String tenant,
        String update,
        String rollout,
        Status status,
        @Nullable Instant chooseUntil,
        @Nullable Instant chosen,
        @Nullable String chosenBy,
        @Nullable Instant notBefore,
        @Nullable String blockedBy,
        @Nullable RefusalView why) {

    /** Where it stands. */
    public enum Status {
        PENDING,
        IN_WINDOW,
        CHOSEN,
        SCHEDULED,
        UNDER_WAY,
        DONE,
        NOT_DONE,
        WITHDRAWN
    }

    /**
     * @param run the host's run in the rollout, or null
     * @param exempt what keeps the VM from the rollout's update now, or null
     */
    public static MaintenanceView of(
            Vm vm,
            Rollout rollout,
            HostProgress progress,
            @Nullable HostRun run,
            @Nullable Exemption exempt,
            Instant now) {
        Offer offer = run == null ? null : run.offer(vm.id()).orElse(null);
        Announcement told = run == null ? null : run.announcement(vm.id()).orElse(null);
        Status status = status(progress, run, offer);
        boolean open = status == Status.IN_WINDOW || status == Status.CHOSEN;
        return new MaintenanceView(
                vm.id().value(),
                vm.name(),
                vm.tenant().value(),
                rollout.update().value(),
                rollout.id().value(),
                status,
                offer == null ? null : offer.ends(),
                offer == null ? null : offer.startAt(),
                offer == null ? null : offer.by(),
                open || told == null ? null : told.notBefore(),
                blockedBy(status, exempt, rollout, run, offer, now),
                status == Status.NOT_DONE ? RefusalView.orNull(progress.why()) : null);
    }

    private static Status status(HostProgress progress, @Nullable HostRun run, @Nullable Offer offer) {
        return switch (progress.status()) {
            case PENDING -> Status.PENDING;
            case RUNNING, OFFERED -> underWay(run, offer);
            case DONE, ALREADY -> Status.DONE;
            case SKIPPED, FAILED -> Status.NOT_DONE;
            case CANCELLED -> Status.WITHDRAWN;
        };
    }

    private static Status underWay(@Nullable HostRun run, @Nullable Offer offer) {
        if (run != null && run.state() instanceof HostRunState.Offering && offer != null && offer.agreed() == null) {
            return offer.startAt() == null ? Status.IN_WINDOW : Status.CHOSEN;
        }
        boolean waits = run != null
                && (run.state() instanceof HostRunState.Announcing
                        || run.state() instanceof HostRunState.Offering
                        || run.state() instanceof HostRunState.Reserving);
        return waits ? Status.SCHEDULED : Status.UNDER_WAY;
    }

    private static @Nullable String blockedBy(
            Status status,
            @Nullable Exemption exempt,
            Rollout rollout,
            @Nullable HostRun run,
            @Nullable Offer offer,
            Instant now) {
        String exempted = exempt == null ? null : "exempt until " + exempt.until() + ": " + exempt.reason();
        return switch (status) {
            case DONE, WITHDRAWN -> null;
            case UNDER_WAY, NOT_DONE -> exempted;
            case PENDING, IN_WINDOW, SCHEDULED -> exempted != null ? exempted : heldBack(rollout);
            case CHOSEN ->
                exempted != null
                        ? exempted
                        : heldBack(rollout) != null ? heldBack(rollout) : blockedBy(run, offer, now);
        };
    }

    /** Why is not told: those may be an operator's words to operators. */
    private static @Nullable String heldBack(Rollout rollout) {
        return rollout.holdsBack() == null
                ? null
                : "its rollout is " + rollout.stateName().toLowerCase(Locale.ROOT);
    }

    /** Who else is on the host, or how many, is not told: they may be another tenant's. */
    private static @Nullable String blockedBy(@Nullable HostRun run, @Nullable Offer mine, Instant now) {
        boolean ready =
                mine != null && mine.startAt() != null && !mine.startAt().isAfter(now);
        boolean alone = run == null || run.offers().size() < 2;
        return ready && !alone ? "its host is not ready yet" : null;
    }

    /** The same for the VM's owner: why it was not done may name what is others'. */
    public MaintenanceView forOwner() {
        return new MaintenanceView(
                vm, name, tenant, update, rollout, status, chooseUntil, chosen, chosenBy, notBefore, blockedBy, null);
    }
}
