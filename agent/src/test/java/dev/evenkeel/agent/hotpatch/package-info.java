/** What an agent makes of kernels' and modules' own words; real kernels are patched by the tests on the lab. */
@NullMarked
package dev.evenkeel.agent.hotpatch;

import org.jspecify.annotations.NullMarked;
