package dev.evenkeel.server.view;

import dev.evenkeel.server.access.OidcSettings;
import java.util.List;

/** Where people sign in, for a client that wants to send them there. */
public record SignInView(String issuer, String clientId, List<String> scopes) {

    public static SignInView of(OidcSettings settings) {
        return new SignInView(settings.issuer().toString(), settings.clientId(), settings.scopes());
    }
}
