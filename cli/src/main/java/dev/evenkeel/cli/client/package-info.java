/**
 * The client of the server's HTTP API: where the server is, requests with pages and idempotency keys, problems turned
 * into failures, the event stream with resume. No words for people beyond failures, and no decisions. Answers come as
 * JSON trees and go to the commands unchanged, so that fields this client does not know are still printed.
 */
@NullMarked
package dev.evenkeel.cli.client;

import org.jspecify.annotations.NullMarked;
