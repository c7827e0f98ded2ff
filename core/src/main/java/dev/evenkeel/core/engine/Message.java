package dev.evenkeel.core.engine;

/** An event that one run's step sends to another run; delivered exactly once, after the commit that sent it. */
public record Message(RunId to, RunEvent event) {}
