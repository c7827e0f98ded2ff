/**
 * How a host comes to belong to a fleet: its key, the one-time token, the certificate and its renewal, and the same files
 * once more where libvirt and QEMU look for theirs. Nothing is said to the server here but "let me in" and "renew me".
 * Keys are made on the host and never leave it; certificates come from the server's CA.
 */
@NullMarked
package dev.evenkeel.agent.join;

import org.jspecify.annotations.NullMarked;
