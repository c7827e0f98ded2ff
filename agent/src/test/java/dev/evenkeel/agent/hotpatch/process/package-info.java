/**
 * Patches of real processes, whose C programs the tests compile and start, and end again. What may not be here: fakes of ptrace.
 * Tests are skipped by name where there is no gcc, no root or no x86-64.
 */
@NullMarked
package dev.evenkeel.agent.hotpatch.process;

import org.jspecify.annotations.NullMarked;
