/**
 * What VMs and their owners are told before a VM is touched: scheduled events, their approval, and what they come to.
 * Nothing here says how they get inside a VM or to a tenant. They are made by host runs, kept in these runs' states, and
 * go out through the agents, the API and webhooks.
 */
@NullMarked
package dev.evenkeel.core.notice;

import org.jspecify.annotations.NullMarked;
