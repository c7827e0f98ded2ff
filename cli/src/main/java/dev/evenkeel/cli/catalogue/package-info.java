/**
 * The publisher's side of the signed catalogue: keys in files of their owners', drafts that several people sign, and what of the
 * server's catalogue is trusted here. No private key is sent anywhere; what the server offers is checked as agents check it.
 */
@NullMarked
package dev.evenkeel.cli.catalogue;

import org.jspecify.annotations.NullMarked;
