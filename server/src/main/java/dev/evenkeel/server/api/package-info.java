/**
 * What the routes of openapi.yaml do, one class for each kind of thing. No rule about hosts or runs lives here: orders
 * become core's events and runs, questions are answered from the registry and the store. People and programs call;
 * records of {@code view} go back.
 */
@NullMarked
package dev.evenkeel.server.api;

import org.jspecify.annotations.NullMarked;
