/**
 * What agents and the server say to each other, as records. No behaviour lives here. Agents dial out and send {@link
 * dev.evenkeel.wire.link.Report}s; the server answers, and hands out {@link dev.evenkeel.wire.link.Orders}.
 */
@NullMarked
package dev.evenkeel.wire.link;

import org.jspecify.annotations.NullMarked;
