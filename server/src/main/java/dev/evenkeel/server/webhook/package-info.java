/**
 * Webhooks: changes of scheduled events go out over HTTP, signed, until their receivers have them. What is to be sent comes from
 * the log of changes in the database and waits there; the courier sends it to where {@link
 * dev.evenkeel.server.webhook.Destinations} lets it.
 */
@NullMarked
package dev.evenkeel.server.webhook;

import org.jspecify.annotations.NullMarked;
