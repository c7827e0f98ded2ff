/**
 * Staying with a rollout or a run until its end: the loop over the event stream, and what a person sees meanwhile. Nothing
 * here gives orders. Events and states come through {@code client}; lines go to the terminal, and how it ended becomes the
 * exit code.
 */
@NullMarked
package dev.evenkeel.cli.watch;

import org.jspecify.annotations.NullMarked;
