/**
 * The server: {@link dev.evenkeel.server.Server} is the one visible list of its parts, {@link dev.evenkeel.server.Main} its
 * command line. No part finds another by itself. What people order comes in by the API, what hosts tell by the gateway;
 * core decides, the store remembers, agents act.
 */
@NullMarked
package dev.evenkeel.server;

import org.jspecify.annotations.NullMarked;
