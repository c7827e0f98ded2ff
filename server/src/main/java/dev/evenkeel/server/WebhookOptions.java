package dev.evenkeel.server;

import dev.evenkeel.server.webhook.Cidr;
import dev.evenkeel.server.webhook.WebhookSettings;
import java.util.List;
import picocli.CommandLine.Option;

/** Where webhooks may go. */
final class WebhookOptions {
    @Option(
            names = "--webhook-http",
            description = "Let webhooks have URLs of plain HTTP; what they are told can be read on the way then")
    boolean http;

    @Option(
            names = "--webhook-allow",
            paramLabel = "CIDR",
            description = "Let webhooks reach these addresses although they are private or this machine's, such as"
                    + " 10.20.0.0/16; may be repeated")
    List<String> allowed = List.of();

    /** @throws IllegalArgumentException when a block of addresses is none, saying what one looks like */
    WebhookSettings settings() {
        return WebhookSettings.of(
                http, allowed.stream().map(WebhookOptions::block).toList());
    }

    private static Cidr block(String text) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--webhook-allow: " + e.getMessage(), e);
        }
    }
}
