package dev.evenkeel.agent;

import dev.evenkeel.agent.execute.EffectExecutor;
import dev.evenkeel.agent.journal.Journal;
import dev.evenkeel.agent.link.AgentLink;
import dev.evenkeel.agent.link.GatewayClients;
import dev.evenkeel.agent.link.GuestNotices;
import dev.evenkeel.agent.link.HostObserver;
import dev.evenkeel.agent.link.LinkTimes;
import dev.evenkeel.agent.link.Outbox;
import dev.evenkeel.agent.trust.Admission;
import dev.evenkeel.agent.trust.AdmittingDriver;
import dev.evenkeel.agent.trust.Manifests;
import dev.evenkeel.core.engine.HostDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** An agent at work: journal, executor and link around a driver. What the host is made of is the driver's matter. */
public final class Agent implements AutoCloseable {
    /** What a server takes to come back after it was killed, and some. */
    static final Duration SERVER_PATIENCE = Duration.ofMinutes(2);

    private final Journal journal;
    private final EffectExecutor executor;
    private final AgentLink link;
    private final Admission admission;

    private Agent(Journal journal, EffectExecutor executor, AgentLink link, Admission admission) {
        this.admission = admission;
        this.journal = journal;
        this.executor = executor;
        this.link = link;
    }

    /**
     * Starts an agent: first the host is asked about what was under way, then the server is dialled.
     *
     * @param state the agent's directory; its journal lies in {@code journal/}
     * @throws IOException when the journal is in use or damaged, saying what to do
     */
    public static Agent start(
            Path state,
            GatewayClients clients,
            HostDriver driver,
            HostObserver observer,
            Manifests manifests,
            GuestNotices notices,
            LinkTimes times,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        Journal journal = Journal.open(state.resolve("journal"), clock);
        Outbox outbox = new Outbox();
        Admission admission = new Admission(manifests, clients, clock, SERVER_PATIENCE);
        EffectExecutor executor = new EffectExecutor(journal, new AdmittingDriver(driver, admission), outbox);
        AgentLink link = new AgentLink(clients, executor, observer, manifests, notices, outbox, times, random);
        executor.reconcile();
        link.start();
        return new Agent(journal, executor, link, admission);
    }

    /** Something on the host changed: look and tell soon. */
    public void hostChanged() {
        link.hostChanged();
    }

    /** Stops talking and starting. What is under way on the host goes on, and the next start asks about it. */
    @Override
    public void close() throws IOException {
        link.close();
        admission.close();
        executor.close();
        journal.close();
    }
}
