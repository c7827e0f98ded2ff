package dev.evenkeel.server.http;

import org.jspecify.annotations.Nullable;

/**
 * One wrong field of a request.
 *
 * @param field its path, such as {@code policy.maxFailures}, or the name of a header or query parameter
 * @param value what was sent, or null when it is missing
 * @param remedy what to send instead
 */
public record FieldError(String field, @Nullable String value, String remedy) {}
