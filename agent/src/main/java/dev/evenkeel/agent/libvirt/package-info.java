/**
 * A thin binding to libvirt (libvirt.so.0 and libvirt-qemu.so.0) on {@code java.lang.foreign}: connections, domains, storage, events.
 * No policy lives here: what to migrate, how, and what to do after a failure is decided in {@code core} and carried out in
 * {@code dev.evenkeel.agent.migrate}.
 * Data comes from the daemon of this host or, for the far end of a migration, from a daemon reached by TLS; it leaves as records,
 * events on one thread, and {@link dev.evenkeel.agent.libvirt.LibvirtException}.
 */
@NullMarked
package dev.evenkeel.agent.libvirt;

import org.jspecify.annotations.NullMarked;
