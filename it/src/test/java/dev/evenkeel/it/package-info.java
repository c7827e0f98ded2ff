/**
 * Tests on real hosts: each makes a lab, does to it what an operator, a failing machine or a plain user would do, and
 * takes it away. They need root and are skipped without it. Data comes from the lab's daemons and its collector.
 */
@NullMarked
package dev.evenkeel.it;

import org.jspecify.annotations.NullMarked;
