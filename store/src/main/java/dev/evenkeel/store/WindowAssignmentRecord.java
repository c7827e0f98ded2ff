package dev.evenkeel.store;

import dev.evenkeel.core.window.WindowId;
import dev.evenkeel.core.window.WindowTarget;

/** That a maintenance configuration is assigned to something, as it is kept. */
public record WindowAssignmentRecord(String id, WindowId window, WindowTarget target) {}
