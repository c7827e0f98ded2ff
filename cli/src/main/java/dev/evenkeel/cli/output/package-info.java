/**
 * How answers look: aligned tables, JSON, YAML, lengths of time and sizes in words, colours, and the block of lines that
 * changes in place. Nothing here knows the API's fields or asks the server. Texts and trees come from the commands and go
 * to the terminal.
 */
@NullMarked
package dev.evenkeel.cli.output;

import org.jspecify.annotations.NullMarked;
