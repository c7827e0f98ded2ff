/**
 * The entrance of the command line: the parser, its exit codes, and how a failure is told. What a verb does lives in
 * {@code command}, how it asks the server in {@code client}, how it prints in {@code output}; nothing here decides
 * anything about hosts or VMs. Words come from the shell, answers from the server's API, and go to standard output.
 */
@NullMarked
package dev.evenkeel.cli;

import org.jspecify.annotations.NullMarked;
