package dev.evenkeel.agent.join;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an operator hands to a new host.
 *
 * @param secret good for one join
 * @param authority SHA-256 of the fleet's CA certificate (DER) in lower-case hex, by which the host knows its server
 */
public record JoinToken(String secret, String authority) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]{16,128})\\.([0-9a-f]{64})");

    /** @throws IllegalArgumentException saying what a token looks like */
    public static JoinToken parse(String text) {
        Matcher token = FORM.matcher(text.strip());
        if (!token.matches()) {
            throw new IllegalArgumentException("--token is not a join token (<secret>.<64 hex digits>); make one with"
                    + " POST /v1/join-tokens or: evenkeel host join-token");
        }
        return new JoinToken(token.group(1), token.group(2));
    }

    /** Never prints the secret. */
    @Override
    public String toString() {
        return "JoinToken[…." + authority + "]";
    }
}
