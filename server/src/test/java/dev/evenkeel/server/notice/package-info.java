/** Tests of who is told what. */
@NullMarked
package dev.evenkeel.server.notice;

import org.jspecify.annotations.NullMarked;
