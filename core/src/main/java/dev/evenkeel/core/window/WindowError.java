package dev.evenkeel.core.window;

/** One thing that is wrong with a configuration: its field, what stood there, and what to write instead. */
public record WindowError(String field, String value, String remedy) {}
