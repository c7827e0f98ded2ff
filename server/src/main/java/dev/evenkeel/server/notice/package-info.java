/**
 * What VMs are told inside before they are touched, and what they answer. Nothing here decides what happens to a VM or
 * when. Scheduled events come from an {@link dev.evenkeel.server.notice.EventSource}, go to agents by the gateway as one
 * document for each VM, and approvals come back the same way and go on to {@link dev.evenkeel.server.notice.Approvals}.
 */
@NullMarked
package dev.evenkeel.server.notice;

import org.jspecify.annotations.NullMarked;
