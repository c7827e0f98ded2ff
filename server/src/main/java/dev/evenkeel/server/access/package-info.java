/**
 * Knows who asks: tokens that operators make, and sign-ins at a provider of OpenID Connect. What somebody may do is not
 * decided here. Secrets come in with requests, and {@link dev.evenkeel.server.http.Principal}s go out.
 */
@NullMarked
package dev.evenkeel.server.access;

import org.jspecify.annotations.NullMarked;
