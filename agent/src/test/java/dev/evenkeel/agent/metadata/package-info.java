/** Tests of what VMs read at 169.254.169.254, byte by byte where clients are strict. */
@NullMarked
package dev.evenkeel.agent.metadata;

import org.jspecify.annotations.NullMarked;
