/**
 * The service inside VMs at 169.254.169.254: what is about to happen to a VM, in the words of three clouds, and its
 * approval. Nothing here decides what happens, dials anybody, or believes a VM about who it is. Documents come from the
 * server through the link and lie on disk; approvals lie on disk until the link has delivered them.
 */
@NullMarked
package dev.evenkeel.agent.metadata;

import org.jspecify.annotations.NullMarked;
