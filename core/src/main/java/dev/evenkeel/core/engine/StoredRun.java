package dev.evenkeel.core.engine;

/** A run with the version that the next commit must name; the first version is 1. */
public record StoredRun(Run run, long version) {}
