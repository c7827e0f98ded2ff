/**
 * Tests of the client's parts that need no server. Streams come from strings, and nothing leaves the process.
 */
@NullMarked
package dev.evenkeel.cli.client;

import org.jspecify.annotations.NullMarked;
