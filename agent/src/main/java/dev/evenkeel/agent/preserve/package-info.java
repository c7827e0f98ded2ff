/**
 * Memory-preserving maintenance of the VMM: VMs of this host are handed over to a new QEMU process while their memory stays where it
 * is. What may not be here: decisions about when and whether, which are the server's. Orders come from the driver, and what was felt
 * goes back to it.
 */
@NullMarked
package dev.evenkeel.agent.preserve;

import org.jspecify.annotations.NullMarked;
