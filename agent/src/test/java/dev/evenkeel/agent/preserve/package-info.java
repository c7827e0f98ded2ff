/**
 * Tests of what needs no hypervisor. The rest is tried on the lab. Data come from the tests themselves and go nowhere.
 */
@NullMarked
package dev.evenkeel.agent.preserve;

import org.jspecify.annotations.NullMarked;
