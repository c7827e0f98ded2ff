/**
 * Real libvirt hosts on one machine, each in namespaces of its own, with VMs that beat and a collector that listens:
 * the ground for the demo, the integration tests and anyone's playground. No decision about maintenance lives here; a
 * lab only makes the world and breaks it on request. Data comes from Debian's mirror through the cache, everything
 * running is written down under the state directory's {@code lab/NAME}, and {@code down} takes away exactly that.
 */
@NullMarked
package dev.evenkeel.lab;

import org.jspecify.annotations.NullMarked;
