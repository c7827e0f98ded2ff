package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;
import java.util.ArrayList;
import java.util.List;

/**
 * What a decider wants: the next state and all that must be committed with it. A step that holds nothing but the run
 * itself changes nothing.
 *
 * @param orders effects with their agents, ordered after the commit
 * @param acquire holds that must be free, else nothing is committed and the run is told
 * @param release scopes given back; everything is given back when the run ends
 * @param spawn runs that begin with this commit
 * @param withdraw the run's effects that are outstanding are no longer wanted; those of this step are
 */
public record Step(
        Run next,
        List<Order> orders,
        List<Hold> acquire,
        List<String> release,
        List<Message> messages,
        List<Run> spawn,
        List<LedgerEntry> ledger,
        List<Notice> notices,
        boolean withdraw) {

    /** The same with other rows of the ledger. */
    public Step with(List<LedgerEntry> rows) {
        return new Step(next, orders, acquire, release, messages, spawn, rows, notices, withdraw);
    }

    /** An effect and the agent it is for. */
    public record Order(EffectId id, HostId agent, Effect effect) {}

    public Step {
        orders = List.copyOf(orders);
        acquire = List.copyOf(acquire);
        release = List.copyOf(release);
        messages = List.copyOf(messages);
        spawn = List.copyOf(spawn);
        ledger = List.copyOf(ledger);
        notices = List.copyOf(notices);
    }

    /** The run stays as it is: the event was late, doubled or of no concern. */
    public static Step ignore(Run run) {
        return new Builder().to(run);
    }

    /** Collects what belongs to one step. Used within one call of a decider only. */
    public static final class Builder {
        private final List<Order> orders = new ArrayList<>();
        private final List<Hold> acquire = new ArrayList<>();
        private final List<String> release = new ArrayList<>();
        private final List<Message> messages = new ArrayList<>();
        private final List<Run> spawn = new ArrayList<>();
        private final List<LedgerEntry> ledger = new ArrayList<>();
        private final List<Notice> notices = new ArrayList<>();
        private boolean withdraw;

        public Builder order(EffectId id, HostId agent, Effect effect) {
            orders.add(new Order(id, agent, effect));
            return this;
        }

        public Builder acquire(Hold hold) {
            acquire.add(hold);
            return this;
        }

        public Builder release(String scope) {
            release.add(scope);
            return this;
        }

        public Builder send(RunId to, RunEvent event) {
            messages.add(new Message(to, event));
            return this;
        }

        public Builder spawn(Run run) {
            spawn.add(run);
            return this;
        }

        public Builder record(LedgerEntry entry) {
            ledger.add(entry);
            return this;
        }

        public Builder notice(Notice notice) {
            notices.add(notice);
            return this;
        }

        public Builder withdraw() {
            withdraw = true;
            return this;
        }

        public Step to(Run next) {
            return new Step(next, orders, acquire, release, messages, spawn, ledger, notices, withdraw);
        }
    }
}
