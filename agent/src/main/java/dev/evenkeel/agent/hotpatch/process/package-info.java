/**
 * Hot patches of native functions in running processes: the padded entry of a function is made to jump to a replacement that is mapped
 * into the process. What may not be here: anything that runs a function of the target, above all its loader, whose locks a stopped
 * thread may hold; and decisions about when a patch is wanted. Patches come as shared objects that were verified before; what a process
 * runs is read from its own memory.
 */
@NullMarked
package dev.evenkeel.agent.hotpatch.process;

import org.jspecify.annotations.NullMarked;
