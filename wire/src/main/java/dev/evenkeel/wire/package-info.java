/**
 * The JSON form of core's records, one for the database, the agents' link, the API and the command line. No record of
 * its own and no I/O lives here. Core's types go in, text comes out, and back.
 */
@NullMarked
package dev.evenkeel.wire;

import org.jspecify.annotations.NullMarked;
