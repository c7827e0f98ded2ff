package dev.evenkeel.agent.link;

import java.time.Duration;

/**
 * How patient the link is.
 *
 * @param look how often the host is looked at although nobody said that it changed
 * @param heartbeat how often a report goes out at least; the server may ask for more
 * @param firstPause the longest pause after the first failure to reach the server
 * @param longestPause what the pauses grow to
 */
public record LinkTimes(Duration look, Duration heartbeat, Duration firstPause, Duration longestPause) {
    public static final LinkTimes DEFAULT = new LinkTimes(
            Duration.ofSeconds(3), Duration.ofSeconds(30), Duration.ofMillis(250), Duration.ofSeconds(15));
}
