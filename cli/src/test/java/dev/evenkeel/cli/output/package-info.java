/**
 * Tests of how answers look. They use no server; what they print goes into a string. Sizes and times come from the tests.
 */
@NullMarked
package dev.evenkeel.cli.output;

import org.jspecify.annotations.NullMarked;
