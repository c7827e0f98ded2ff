/**
 * What both ends of the agents' link keep to trust each other: certificates and keys as text, and files that only their
 * owner reads. Who is trusted is decided by the server's CA and the agent's join, not here. Text goes in and out.
 */
@NullMarked
package dev.evenkeel.wire.trust;

import org.jspecify.annotations.NullMarked;
