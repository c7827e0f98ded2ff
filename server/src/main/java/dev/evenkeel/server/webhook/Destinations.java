package dev.evenkeel.server.webhook;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Where webhooks may go: to what is public, so that nobody can use the server to reach what only the server can reach. A name is
 * judged by the addresses that it has at the time, at each attempt anew, and the address that was judged is the one that is
 * connected to.
 */
public final class Destinations {
    private static final int LONGEST_URL = 2000;

    private static final Duration LOOKUP = Duration.ofSeconds(5);

    /** Look-ups hold on to the thread of the system that they are on, and name servers of others may be slow. */
    private static final ExecutorService LOOKUPS = new ThreadPoolExecutor(
            0,
            64,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("lookup-", 0).daemon().factory());

    /** What is not on the public Internet (RFC 6890 and its registries), or carries such an address of version 4. */
    private static final List<Cidr> NOT_PUBLIC = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "::/96",
                    "64:ff9b::/96",
                    "64:ff9b:1::/48",
                    "100::/64",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "fc00::/7",
                    "fe80::/9",
                    "ff00::/8")
            .map(Cidr::parse)
            .toList();

    private final WebhookSettings settings;

    public Destinations(WebhookSettings settings) {
        this.settings = settings;
    }

    /** A name leads to where webhooks may not go, or nowhere. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why, null, false, false);
        }
    }

    /** What to do about a URL that a webhook cannot have; nothing when it is good at the moment. */
    public Optional<String> wrong(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            return Optional.of("give a URL such as https://example.org/hooks/vms");
        }
        String scheme = String.valueOf(url.getScheme());
        boolean http = scheme.equals("http");
        if (!http && !scheme.equals("https")) {
            return Optional.of("give a URL that begins with https://");
        }
        if (http && !settings.http()) {
            return Optional.of("give a URL that begins with https://; this server was not started with --webhook-http");
        }
        if (url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
            return Optional.of("give a URL with a host, and without a user or a fragment (#)");
        }
        if (text.length() > LONGEST_URL || url.getPort() > 65_535 || url.getPort() == 0) {
            return Optional.of("give at most " + LONGEST_URL + " characters and a port from 1 to 65535");
        }
        try {
            resolve(url.getHost());
            return Optional.empty();
        } catch (Refused e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The address to connect to.
     *
     * @throws Refused when the name is unknown, or any of its addresses is one that may not be reached
     */
    InetAddress resolve(String host) {
        InetAddress[] all = lookUp(host);
        for (InetAddress address : all) {
            if (!mayReach(address)) {
                throw new Refused("the host " + host + " has an address of a private network or of the server's own"
                        + " machine; give one that is public, or ask the server's operator for --webhook-allow");
            }
        }
        return named(host, all[0]);
    }

    /** The address under the name of the URL, by which a certificate is judged, rather than one that the address itself claims. */
    private static InetAddress named(String host, InetAddress address) {
        try {
            String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return InetAddress.getByAddress(name, address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has the length of an address", e);
        }
    }

    private static InetAddress[] lookUp(String host) {
        try {
            return LOOKUPS.submit(() -> InetAddress.getAllByName(host)).get(LOOKUP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new Refused("no address of the host " + host + " is known; give one that DNS knows");
        } catch (TimeoutException | RejectedExecutionException e) {
            throw new Refused("no address of the host " + host + " was told within " + LOOKUP.toSeconds()
                    + " s; see whether its name servers answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused("the server stops");
        }
    }

    private boolean mayReach(InetAddress address) {
        if (settings.allowed().stream().anyMatch(block -> block.contains(address))) {
            return true;
        }
        return NOT_PUBLIC.stream().noneMatch(block -> block.contains(address)) && !isOurs(address);
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true; // who cannot look does not go there
        }
    }
}
