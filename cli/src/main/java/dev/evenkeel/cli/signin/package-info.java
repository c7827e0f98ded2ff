/**
 * Signing in at a provider of OpenID Connect: authorization code with PKCE on a loopback redirect (RFC 8252, RFC 7636), and
 * refreshing what was given. Nothing of the server's API is known here but where it says that people sign in. Tokens come
 * from the provider and lie in a file of their owner's.
 */
@NullMarked
package dev.evenkeel.cli.signin;

import org.jspecify.annotations.NullMarked;
