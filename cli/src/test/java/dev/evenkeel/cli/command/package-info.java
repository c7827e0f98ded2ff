/**
 * Tests of the verbs' own parts that need no server. Everything else about verbs is tested from outside, in the package
 * above, as a shell sees it. Nothing leaves the process.
 */
@NullMarked
package dev.evenkeel.cli.command;

import org.jspecify.annotations.NullMarked;
