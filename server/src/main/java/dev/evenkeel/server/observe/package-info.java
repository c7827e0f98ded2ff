/**
 * How the server is seen from outside: health, metrics, logs. Nothing is decided here, and nothing is kept that a restart
 * should not forget. Numbers come from the store, the registry and the HTTP engine; they go to Prometheus and to files.
 */
@NullMarked
package dev.evenkeel.server.observe;

import org.jspecify.annotations.NullMarked;
