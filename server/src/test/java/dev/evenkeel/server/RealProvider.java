package dev.evenkeel.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** A certified provider of OpenID Connect, {@code oidc-provider} of npm, on the loopback. */
final class RealProvider implements AutoCloseable {
    private static final String PACKAGE = "oidc-provider@8.8.1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern ACTION = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");
    private static final Pattern PROMPT = Pattern.compile("name=\"prompt\" value=\"([^\"]+)\"");

    private final Process process;
    private final String issuer;

    private RealProvider(Process process, String issuer) {
        this.process = process;
        this.issuer = issuer;
    }

    /**
     * Starts one. Where npm cannot fetch it, the test is left out, and says so.
     *
     * @param idTokens how long ID tokens are good
     */
    static RealProvider start(Duration idTokens) throws Exception {
        Path home = installed();
        try (InputStream script =
                Objects.requireNonNull(RealProvider.class.getResourceAsStream("/oidc/provider.mjs"))) {
            Files.copy(script, home.resolve("provider.mjs"), StandardCopyOption.REPLACE_EXISTING);
        }
        int port = TestServer.freePort();
        Process process = new ProcessBuilder(
                        "node", "provider.mjs", Integer.toString(port), Long.toString(idTokens.toSeconds()))
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
            if (line == null) {
                throw new IOException("the provider ended: " + said);
            }
            said.append(line).append('\n');
        }
        Thread.ofVirtual().start(() -> lines.lines().forEach(line -> {})); // else it would wait for a reader
        return new RealProvider(process, "http://127.0.0.1:" + port);
    }

    /** Where npm put the package; fetched once for all builds where a cache is named. */
    private static synchronized Path installed() throws Exception {
        Path cache = Optional.ofNullable(System.getenv("EVENKEEL_TEST_STATE"))
                .map(Path::of)
                .orElse(Path.of("target"));
        Path home = cache.resolve(PACKAGE.replace('@', '-')).toAbsolutePath();
        if (!Files.exists(home.resolve("installed"))) {
            Files.createDirectories(home);
            Files.writeString(home.resolve("package.json"), "{\"private\": true, \"type\": \"module\"}");
            Optional<String> trouble = npm(home);
            Assumptions.assumeTrue(
                    trouble.isEmpty(),
                    () -> "LEFT OUT: signing in at a real provider, because npm cannot install " + PACKAGE + ": "
                            + trouble.orElse(""));
            Files.createFile(home.resolve("installed"));
        }
        return home;
    }

    private static Optional<String> npm(Path home) throws InterruptedException {
        try {
            Path log = home.resolve("npm.log");
            Process npm = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--no-save", PACKAGE)
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!npm.waitFor(3, TimeUnit.MINUTES)) {
                npm.destroyForcibly();
                return Optional.of("not within three minutes");
            }
            return npm.exitValue() == 0 ? Optional.empty() : Optional.of(Files.readString(log));
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    String issuer() {
        return issuer;
    }

    /** Does what a person does in a browser: says who they are, agrees, and is sent back to whoever sent them. */
    void signIn(String person, URI address) throws Exception {
        HttpClient browser = HttpClient.newBuilder()
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();
        HttpResponse<String> page = browser.send(
                HttpRequest.newBuilder(address).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        for (Matcher form = ACTION.matcher(page.body()); form.find(); form = ACTION.matcher(page.body())) {
            Matcher prompt = PROMPT.matcher(page.body());
            String body = prompt.find() && prompt.group(1).equals("login")
                    ? "prompt=login&login=" + URLEncoder.encode(person, StandardCharsets.UTF_8) + "&password=any"
                    : "prompt=consent";
            page = browser.send(
                    HttpRequest.newBuilder(page.uri().resolve(form.group(1)))
                            .timeout(PATIENCE)
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
        if (page.statusCode() != 200 || !page.body().contains("close this page")) {
            throw new IOException("the provider ends with " + page.statusCode() + ": " + page.body());
        }
    }

    /** An access token in the form of RFC 9068, for a program. */
    String robotsToken() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(issuer + "/token"))
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials&client_id=robot"
                        + "&client_secret=a-robots-secret-of-some-length&scope=api&resource=urn:evenkeel:api"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            String answer =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return dev.evenkeel.wire.Json.mapper()
                    .readTree(answer)
                    .path("access_token")
                    .asString();
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        process.waitFor();
    }
}
