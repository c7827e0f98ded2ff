package dev.evenkeel.server.view;

import java.time.Instant;
import java.util.Map;

/** One entry of a run's story. */
public record StoryView(long version, Instant at, String type, String text, String state, Map<String, Object> data) {}
