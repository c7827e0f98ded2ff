/**
 * The demo: a real update of the VMM goes round a real fleet, and every VM's pause is measured from outside. No rule of
 * the product lives here; it does what a person would do with the command line, and reads the lab's heartbeats.
 */
@NullMarked
package dev.evenkeel.bench.demo;

import org.jspecify.annotations.NullMarked;
