/**
 * The catalogue that publishers sign: TUF metadata as files, which this server checks before it takes them and whose snapshot and
 * timestamp it signs itself. No key that says which updates there are lives here. Publications come from {@code server.api}; agents
 * and publishers read the files word for word.
 */
@NullMarked
package dev.evenkeel.server.catalogue;

import org.jspecify.annotations.NullMarked;
