package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Main;
import dev.evenkeel.cli.Surroundings;
import dev.evenkeel.server.access.OidcSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** People sign in at a real provider with the command line, and the server knows them by what the provider says. */
@Timeout(180)
class SignInTest {
    private static final Pattern ADDRESS = Pattern.compile("^(http://127.0.0.1:\\d+/auth\\?\\S+)$", Pattern.MULTILINE);
    /** So short that the command line renews each before it uses it. */
    private static final Duration ID_TOKENS = Duration.ofSeconds(20);

    @TempDir
    static Path directory = Path.of("");

    private static RealProvider provider;
    private static TestServer server;

    @TempDir
    Path home = Path.of("");

    @BeforeAll
    static void aProviderAndAServerThatTrustsIt() throws Exception {
        provider = RealProvider.start(ID_TOKENS);
        server = server("RS256", "shared");
    }

    private static TestServer server(String algorithm, String state) throws Exception {
        return TestServer.start(
                directory.resolve(state),
                new OidcSettings(
                        URI.create(provider.issuer()),
                        List.of("evenkeel-" + algorithm, "evenkeel-api"),
                        OidcSettings.ROLES_CLAIM,
                        OidcSettings.TENANTS_CLAIM,
                        Map.of(),
                        "evenkeel-" + algorithm,
                        OidcSettings.SCOPES));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (provider != null) {
            provider.close();
        }
    }

    private record Result(int code, String out, String err) {}

    private Result run(TestServer at, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        return new Result(runTo(at, out, err, args), out.toString(), err.toString());
    }

    private int runTo(TestServer at, Writer out, Writer err, String... args) {
        return Main.run(
                new Surroundings(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        Map.of("EVENKEEL_STATE", home.toString(), "EVENKEEL_SERVER", at.apiUrl()),
                        InstantSource.system(),
                        ZoneOffset.UTC,
                        false),
                args);
    }

    /** Runs {@code evenkeel login}, and does in the provider's pages what a person would. */
    private Result login(TestServer at, String person) throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> runTo(at, out, err, "login"));
        Matcher[] address = new Matcher[1];
        Eventually.is("the address is printed", () -> {
            address[0] = ADDRESS.matcher(err.toString());
            return address[0].find() || code.isDone();
        });
        if (!code.isDone()) {
            provider.signIn(person, URI.create(address[0].group(1)));
        }
        return new Result(code.get(60, TimeUnit.SECONDS), out.toString(), err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "ES256", "EdDSA"})
    void aPersonSignsInWhateverTheProviderSignsWith(String algorithm) throws Exception {
        try (TestServer at = server(algorithm, algorithm)) {
            Result result = login(at, "ann");
            assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK.number());
            assertThat(result.err()).contains("signed in as ann, operator");
            assertThat(run(at, "whoami").out()).contains("ann").contains("operator");
            Path kept = Files.list(home.resolve("sign-in"))
                    .filter(file -> !file.toString().endsWith(".lock"))
                    .findFirst()
                    .orElseThrow();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aTenantSeesItsTenants() throws Exception {
        assertThat(login(server, "bert").code()).isZero();
        assertThat(run(server, "whoami").out()).contains("tenant").contains("acme");
        assertThat(run(server, "vm", "ls").code()).isZero();
        assertThat(run(server, "run", "ls").code()).isEqualTo(ExitCode.FORBIDDEN.number());
    }

    @Test
    void theRoleThatMayDoMostCounts() throws Exception {
        assertThat(login(server, "carla").err()).contains("signed in as carla, auditor");
    }

    @Test
    void whoHasNoRoleIsToldWhatIsMissing() throws Exception {
        Result result = login(server, "dora");
        assertThat(result.code()).isEqualTo(ExitCode.FORBIDDEN.number());
        assertThat(result.err()).contains("dora").contains("no role here").contains("\"roles\"");
    }

    @Test
    void aSignInIsRenewedAndEndsWithLogout() throws Exception {
        login(server, "ann");
        String first = Files.readString(kept());
        assertThat(run(server, "whoami").code()).isZero();
        String second = Files.readString(kept());
        assertThat(second).as("a token that runs out soon is renewed").isNotEqualTo(first);
        assertThat(run(server, "whoami").code()).isZero();
        assertThat(run(server, "logout").err()).contains("signed out");
        assertThat(run(server, "whoami").code()).isEqualTo(ExitCode.FORBIDDEN.number());
        Files.writeString(kept(), second);
        assertThat(run(server, "whoami").err())
                .as("the provider has forgotten it too")
                .contains("evenkeel login");
        assertThat(run(server, "logout").code()).isZero();
        assertThat(run(server, "logout").err()).contains("you were not signed in");
    }

    private Path kept() throws Exception {
        URI url = URI.create(server.apiUrl());
        Path file = home.resolve("sign-in").resolve(url.getHost() + "_" + url.getPort());
        Files.createDirectories(file.getParent());
        return file;
    }

    @Test
    void aProgramShowsAnAccessTokenThatIsForThisApi() throws Exception {
        String token = provider.robotsToken();
        Api robot = new Api(server.apiUrl(), token);
        assertThat(robot.get("/v1/whoami").json().path("role").asString()).isEqualTo("auditor");
        problem(robot.post("/v1/tokens", "{}"), 403, "forbidden");
        String signature = token.substring(token.lastIndexOf('.') + 1);
        String forged = token.substring(0, token.lastIndexOf('.') + 1)
                + (signature.startsWith("A") ? "B" : "A")
                + signature.substring(1);
        assertThat(problem(new Api(server.apiUrl(), forged).get("/v1/vms"), 401, "unauthenticated")
                        .path("detail")
                        .asString())
                .contains("signature")
                .doesNotContain(signature);
    }

    @Test
    void anybodyMayAskWhereToSignIn() throws Exception {
        assertThat(new Api(server.apiUrl(), "")
                        .get("/v1/sign-in")
                        .json()
                        .path("clientId")
                        .asString())
                .isEqualTo("evenkeel-RS256");
    }
}
