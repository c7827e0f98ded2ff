/**
 * What an update is: its manifest, its payload for each method, and the rules a manifest must keep. How an update gets in
 * is decided elsewhere. Manifests come from operators and go to agents unchanged.
 */
@NullMarked
package dev.evenkeel.core.update;

import org.jspecify.annotations.NullMarked;
