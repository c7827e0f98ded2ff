/**
 * What the lab takes from Debian: host roots, guest kernels and the packages of an update, each fetched once through
 * private apt configurations and kept in the cache. The machine's own apt state is read (which mirror, which proxy) and
 * never written. Data comes from the Debian mirror and goes to directories under the state directory's {@code cache/}.
 */
@NullMarked
package dev.evenkeel.lab.debian;

import org.jspecify.annotations.NullMarked;
