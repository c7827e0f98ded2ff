package dev.evenkeel.server.view;

/** A stored payload. */
public record PayloadView(String sha256, long bytes) {}
