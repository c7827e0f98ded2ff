package dev.evenkeel.server.trust;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The names that a certificate vouches for.
 *
 * @param dns host names, lower case
 * @param addresses IP addresses as text, never names to be looked up
 */
public record SubjectNames(List<String> dns, List<String> addresses) {
    private static final Pattern DNS = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*");
    /** The tags of RFC 5280 §4.2.1.6 that {@link X509Certificate#getSubjectAlternativeNames} gives. */
    private static final int DNS_TAG = 2;

    private static final int ADDRESS_TAG = 7;

    /** @throws IllegalArgumentException naming the name or address that is none */
    public SubjectNames {
        dns = List.copyOf(new TreeSet<>(dns));
        addresses = List.copyOf(new TreeSet<>(addresses));
        for (String name : dns) {
            if (!DNS.matcher(name).matches()) {
                throw new IllegalArgumentException("\"" + name + "\" is not a host name; give it in lower case");
            }
        }
        for (String address : addresses) {
            if (!isAddress(address)) {
                throw new IllegalArgumentException(
                        "\"" + address + "\" is not an IP address; give no name and no zone");
            }
        }
    }

    private static boolean isAddress(String text) {
        if (!ADDRESS.matcher(text).matches()) {
            return false;
        }
        try {
            return InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The names in a certificate, so that a renewed one vouches for the same. */
    public static SubjectNames of(X509Certificate certificate) throws CertificateParsingException {
        List<String> dns = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        var alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                int tag = (Integer) alternative.getFirst();
                String value = String.valueOf(alternative.get(1));
                if (tag == DNS_TAG) {
                    dns.add(value);
                } else if (tag == ADDRESS_TAG) {
                    addresses.add(normal(value));
                }
            }
        }
        return new SubjectNames(dns, addresses);
    }

    private static String normal(String address) throws CertificateParsingException {
        try {
            return InetAddress.getByName(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new CertificateParsingException("not an address: " + address, e);
        }
    }
}
