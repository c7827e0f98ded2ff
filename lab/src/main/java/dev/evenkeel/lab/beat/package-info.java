/**
 * What the guests' heartbeats tell: gaps, stops, restarts, doubled senders, damaged memory. Only arithmetic on recorded
 * arrivals and the reading of their files live here; no VM is asked anything. Data comes from the collector's files and
 * goes to tests, the demo's table and the benchmarks.
 */
@NullMarked
package dev.evenkeel.lab.beat;

import org.jspecify.annotations.NullMarked;
