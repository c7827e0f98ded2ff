/**
 * Exemptions: VMs that an operator keeps from any maintenance that they would feel, until an instant and for a reason.
 * Whether one holds is looked up whenever something is decided, so that it ends by itself.
 */
@NullMarked
package dev.evenkeel.core.exempt;

import org.jspecify.annotations.NullMarked;
