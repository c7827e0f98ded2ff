/**
 * Managed live migration of a VM from this host to another: pre-flight, forecast, steering, settling, cleaning up.
 * Formulas and decisions about pace live in {@code dev.evenkeel.core.impact}; nothing here knows of rollouts or of the server.
 * Orders come from the agent's effect handling and results go back to it; the facts come from the daemons of both ends.
 */
@NullMarked
package dev.evenkeel.agent.migrate;

import org.jspecify.annotations.NullMarked;
