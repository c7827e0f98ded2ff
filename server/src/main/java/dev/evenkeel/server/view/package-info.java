/**
 * What the API shows: flat records whose fields are those of openapi.yaml, and how each is made from core's. Nothing is
 * decided or fetched here. Core's records come in, and go out as JSON; a test holds the fields against the description.
 */
@NullMarked
package dev.evenkeel.server.view;

import org.jspecify.annotations.NullMarked;
