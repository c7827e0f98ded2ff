/**
 * The verbs, one class for each noun: what may be written on the command line, which request that becomes, and which
 * columns its answer has. No verb decides what the server should decide, and none keeps anything. Words come from the
 * parser, answers from {@code client}, and texts go through {@code output} to the terminal.
 */
@NullMarked
package dev.evenkeel.cli.command;

import org.jspecify.annotations.NullMarked;
