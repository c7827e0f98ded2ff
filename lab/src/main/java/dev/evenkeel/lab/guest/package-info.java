/**
 * The VMs of a lab: their kernel and initrd, what each bears, and the domain XML that says so to libvirt. No host and no
 * running VM lives here. Data comes from Debian's kernel package and the lab's own C sources, and goes to the cache and
 * to libvirt.
 */
@NullMarked
package dev.evenkeel.lab.guest;

import org.jspecify.annotations.NullMarked;
