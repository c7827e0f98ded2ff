/**
 * The agent's side of the link: it dials out, reports, and waits for orders. What is reported is seen by others ({@link
 * dev.evenkeel.agent.link.HostObserver}, the executor); what is ordered is done by others. A server that is away is
 * dialled again for ever, with growing, random pauses; nothing that it has not confirmed is forgotten.
 */
@NullMarked
package dev.evenkeel.agent.link;

import org.jspecify.annotations.NullMarked;
