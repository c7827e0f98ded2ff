/**
 * Benchmarks against named rivals, and the demo. Nothing that the product needs may live here, and no number that was not
 * measured in the same run. Labs, servers and agents are started for a measurement and taken away after it; tables and
 * JSON come out.
 */
@NullMarked
package dev.evenkeel.bench;

import org.jspecify.annotations.NullMarked;
