package dev.evenkeel.agent;

import dev.evenkeel.agent.execute.EffectExecutor;
import dev.evenkeel.agent.journal.Journal;
import dev.evenkeel.agent.link.AgentLink;
import dev.evenkeel.agent.link.GatewayClients;
import dev.evenkeel.agent.link.HostObserver;
import dev.evenkeel.agent.link.LinkTimes;
import dev.evenkeel.agent.link.Manifests;
import dev.evenkeel.agent.link.Outbox;
import dev.evenkeel.core.engine.HostDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** An agent at work: journal, executor and link around a driver. What the host is made of is the driver's matter. */
public final class Agent implements AutoCloseable {
    private final Journal journal;
    private final EffectExecutor executor;
    private final AgentLink link;

    private Agent(Journal journal, EffectExecutor executor, AgentLink link) {
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
            LinkTimes times,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        Journal journal = Journal.open(state.resolve("journal"), clock);
        Outbox outbox = new Outbox();
        EffectExecutor executor = new EffectExecutor(journal, driver, outbox);
        AgentLink link = new AgentLink(clients, executor, observer, manifests, outbox, times, random);
        executor.reconcile();
        link.start();
        return new Agent(journal, executor, link);
    }

    /** Something on the host changed: look and tell soon. */
    public void hostChanged() {
        link.hostChanged();
    }

    /** Stops talking and starting. What is under way on the host goes on, and the next start asks about it. */
    @Override
    public void close() throws IOException {
        link.close();
        executor.close();
        journal.close();
    }
}
