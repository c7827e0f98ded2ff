package dev.evenkeel.server;

import dev.evenkeel.server.gateway.Gateway;
import dev.evenkeel.server.http.ApiRouting;
import dev.evenkeel.server.http.Dispatcher;
import dev.evenkeel.server.http.Problems;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.trust.CertificateAuthority;
import dev.evenkeel.server.trust.CertificateAuthority.Identity;
import dev.evenkeel.server.trust.SubjectNames;
import dev.evenkeel.wire.trust.HostName;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The two ports: the API in plain HTTP for this machine or a proxy before it, the gateway in mutual TLS for agents. */
final class Listeners implements AutoCloseable {
    private static final String GATEWAY = "gateway";
    /** How long requests under way may take when the server stops; whoever waits for events was sent home before. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final WebServer web;
    private final ServerSettings settings;

    private Listeners(WebServer web, ServerSettings settings) {
        this.web = web;
        this.settings = settings;
    }

    static Listeners open(
            ServerSettings settings,
            List<Route> routes,
            Dispatcher dispatcher,
            Gateway gateway,
            CertificateAuthority authority)
            throws IOException, GeneralSecurityException {
        Identity identity = authority.issueGateway(names(settings));
        Tls tls = Tls.builder()
                .privateKey(identity.key())
                .privateKeyCertChain(List.of(identity.certificate(), authority.certificate()))
                .trust(List.of(authority.certificate()))
                .clientAuth(TlsClientAuth.OPTIONAL)
                .enabledProtocols(List.of("TLSv1.3"))
                .build();
        WebServer web = WebServer.builder()
                .featuresDiscoverServices(false)
                .shutdownHook(false)
                .host(settings.host())
                .port(settings.port())
                .shutdownGracePeriod(GRACE)
                .directHandlers(Problems.direct())
                .routing(new ApiRouting(routes, dispatcher)::addTo)
                .putSocket(
                        GATEWAY,
                        socket -> socket.host(settings.gatewayHost())
                                .port(settings.gatewayPort())
                                .shutdownGracePeriod(GRACE)
                                .directHandlers(Problems.direct())
                                .tls(tls)
                                .routing(gateway::addTo))
                .build();
        requireFree("--host", "--port", settings.host(), settings.port());
        requireFree("--gateway-host", "--gateway-port", settings.gatewayHost(), settings.gatewayPort());
        web.start();
        if (!web.isRunning()) {
            throw new IOException("the HTTP engine did not start; its own lines on stderr say why");
        }
        return new Listeners(web, settings);
    }

    /** The HTTP engine does not say why it cannot listen, so it is tried before. */
    private static void requireFree(String hostOption, String portOption, String host, int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + host + ":" + port + ": " + e.getMessage() + "; give another " + hostOption
                            + " or " + portOption + ", or stop what uses it",
                    e);
        }
    }

    /** Every name and address by which an agent may dial this machine. */
    private static SubjectNames names(ServerSettings settings) throws IOException {
        TreeSet<String> dns = new TreeSet<>(List.of("localhost"));
        TreeSet<String> addresses = new TreeSet<>();
        dns.add(HostName.own());
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLinkLocalAddress())
                .forEach(address -> addresses.add(literal(address)));
        for (String name : settings.gatewayNames()) {
            (isLiteral(name) ? addresses : dns).add(name.toLowerCase(Locale.ROOT));
        }
        return new SubjectNames(List.copyOf(dns), List.copyOf(addresses));
    }

    /** Without the zone of an IPv6 address, which a certificate cannot hold. */
    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private static boolean isLiteral(String name) {
        try {
            return InetAddress.ofLiteral(name) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    String apiUrl() {
        return "http://" + bracketed(settings.host()) + ":" + web.port();
    }

    String gatewayUrl() {
        return "https://" + bracketed(settings.gatewayHost()) + ":" + web.port(GATEWAY);
    }

    /** Where agents shall dial, as far as that is known before the port is. */
    static String gatewayUrl(ServerSettings settings) {
        return "https://" + bracketed(settings.gatewayHost()) + ":" + settings.gatewayPort();
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** Stops listening, and lets requests under way end. */
    @Override
    public void close() {
        web.stop();
    }
}
