package dev.evenkeel.server.view;

/** What was replayed: how many deliveries wait anew. */
public record ReplayView(int replayed) {}
