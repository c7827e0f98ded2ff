/**
 * The manners of the HTTP API: routes, who may call them, bodies, pages, idempotency keys and problem details. What a
 * route means is not known here. Requests come from people and programs, answers go back; trouble travels up as {@link
 * dev.evenkeel.server.http.ProblemException}, the one exception to "trouble is a value", because every caller would only
 * hand it on.
 */
@NullMarked
package dev.evenkeel.server.http;

import org.jspecify.annotations.NullMarked;
