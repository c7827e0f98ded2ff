/**
 * Tests of the command line against a server that answers what it is told to. Every request and every answer is held
 * against the API's own description, so that neither side can drift. No test needs the network, root or a real server.
 */
@NullMarked
package dev.evenkeel.cli;

import org.jspecify.annotations.NullMarked;
