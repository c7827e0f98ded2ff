/**
 * The server as its callers see it: a real PostgreSQL, real TLS, real agents, whose hosts alone are made up ({@link
 * dev.evenkeel.server.FakePlatform}). Every answer that a test gets is held against openapi.yaml on the way.
 */
@NullMarked
package dev.evenkeel.server;

import org.jspecify.annotations.NullMarked;
