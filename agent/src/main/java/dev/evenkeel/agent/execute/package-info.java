/**
 * Between the link and the host's driver: every effect passes the journal before it is carried out and after it ended. How
 * an effect is carried out is the driver's matter. Orders come from the link; outcomes go into the journal, from where
 * the link takes them.
 */
@NullMarked
package dev.evenkeel.agent.execute;

import org.jspecify.annotations.NullMarked;
