/**
 * Hot patches of JVMs of this host: classes of running services are redefined, and put back, without a restart. What may not be here:
 * code that runs inside the targets, which is in {@code inside} and goes there as a small jar; and decisions about when a patch is
 * wanted, which are the caller's. Patches come as jars that were verified before; what each JVM runs is asked of the JVMs themselves.
 */
@NullMarked
package dev.evenkeel.agent.hotpatch.jvm;

import org.jspecify.annotations.NullMarked;
