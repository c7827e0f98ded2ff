/**
 * The libvirt host as a HostDriver: each effect handed to the part that carries it out. No rule of its own lives here. Orders come from the journalled executor; outcomes go back to it.
 */
@NullMarked
package dev.evenkeel.agent.driver;

import org.jspecify.annotations.NullMarked;
