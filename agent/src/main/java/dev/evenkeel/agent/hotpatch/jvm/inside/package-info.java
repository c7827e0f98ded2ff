/**
 * What runs inside a JVM that is patched: it takes one {@link Request}, redefines classes or puts the old ones back, and leaves an
 * {@link Answer}. Nothing here may need more than Java 8 and the target's own JDK, start a thread that stays, or keep a class of the
 * target from being unloaded. Requests come as a file from the host's agent and answers go back as one; what a JVM runs stands in its
 * system property {@value dev.evenkeel.agent.hotpatch.jvm.inside.Inside#PROPERTY}.
 */
@NullMarked
package dev.evenkeel.agent.hotpatch.jvm.inside;

import org.jspecify.annotations.NullMarked;
