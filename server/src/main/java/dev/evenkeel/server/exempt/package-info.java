/**
 * Exemptions as the server holds them: what is kept, what counts now, and what people are told of them. Whom one keeps from
 * what is core's to say.
 */
@NullMarked
package dev.evenkeel.server.exempt;

import org.jspecify.annotations.NullMarked;
