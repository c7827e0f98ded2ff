/**
 * The part of Evenkeel that lives on a host. {@link dev.evenkeel.agent.RunCommand} is the one visible list of its parts;
 * what they do is in the packages below. Orders come from the server over the agent's own dial-out link and become acts of
 * libvirt and dpkg; what was seen and done goes back.
 */
@NullMarked
package dev.evenkeel.agent;

import org.jspecify.annotations.NullMarked;
