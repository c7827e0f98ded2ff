package dev.evenkeel.core.window;

/** A configuration is assigned to something. */
public record WindowAssignment(OwnedWindow window, WindowTarget target) {}
