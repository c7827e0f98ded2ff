package dev.evenkeel.server.view;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A join token, shown once. */
public record JoinTokenView(String token, @Nullable String host, Instant expiresAt, String gateway) {}
