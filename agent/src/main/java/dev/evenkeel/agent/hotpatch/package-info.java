/**
 * Patches of what runs on this host, made live and taken back without a VM noticing. What is live is read from the kernel and
 * the processes themselves; what ought to be live is kept on disk, and made so again after a reboot. Orders come from the driver,
 * files from the payload cache.
 */
@NullMarked
package dev.evenkeel.agent.hotpatch;

import org.jspecify.annotations.NullMarked;
