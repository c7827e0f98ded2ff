/** Tests of where webhooks go. */
@NullMarked
package dev.evenkeel.server.webhook;

import org.jspecify.annotations.NullMarked;
