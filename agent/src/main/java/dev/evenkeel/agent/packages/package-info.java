/**
 * Package updates on a host: fetch, keep the way back, install with dpkg, verify by what runs, undo. Moves of VMs and the link to the server live elsewhere. Payloads come from the server's store; outcomes go to the journal.
 */
@NullMarked
package dev.evenkeel.agent.packages;

import org.jspecify.annotations.NullMarked;
