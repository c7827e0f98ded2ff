/**
 * Patches of real JVMs, which the tests start as processes and end again. What may not be here: fakes of the attach mechanism, for it
 * is what is tested. Services and patches are compiled from text while the tests run.
 */
@NullMarked
package dev.evenkeel.agent.hotpatch.jvm;

import org.jspecify.annotations.NullMarked;
