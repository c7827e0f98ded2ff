package dev.evenkeel.server;

import dev.evenkeel.server.webhook.Cidr;
import dev.evenkeel.server.webhook.WebhookSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
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

    @Option(
            names = "--webhook-ca",
            paramLabel = "FILE",
            description = "Trust receivers for whom these authorities vouch, too: certificates in PEM; may be repeated")
    List<Path> authorities = List.of();

    /** @throws IllegalArgumentException when a block of addresses or a file of certificates is none, saying what is expected */
    WebhookSettings settings() {
        return WebhookSettings.of(
                http,
                allowed.stream().map(WebhookOptions::block).toList(),
                authorities.stream()
                        .flatMap(file -> certificates(file).stream())
                        .toList());
    }

    private static List<X509Certificate> certificates(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> all = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (all.isEmpty()) {
                throw new CertificateException("it has none");
            }
            return all;
        } catch (IOException | CertificateException e) {
            throw new IllegalArgumentException(
                    "--webhook-ca " + file + ": no certificates in PEM can be read from it: " + e.getMessage(), e);
        }
    }

    private static Cidr block(String text) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--webhook-allow: " + e.getMessage(), e);
        }
    }
}
