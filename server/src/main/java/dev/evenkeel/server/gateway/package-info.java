/**
 * The way in for agents: who they are (their certificate), what they report, what they are ordered. No rule about hosts
 * or runs lives here. Reports go to the registry and the engine; orders come from the store, where they are until an agent
 * has them.
 */
@NullMarked
package dev.evenkeel.server.gateway;

import org.jspecify.annotations.NullMarked;
