@NullMarked
package dev.evenkeel.agent.libvirt;

import org.jspecify.annotations.NullMarked;
