package dev.evenkeel.wire.link;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Topology;
import java.util.List;

/**
 * A host asks to belong to the fleet: {@code POST /agent/v1/join}, the one request without a client certificate.
 *
 * @param secret the first half of the join token
 * @param names host names that the certificate shall vouch for, lower case
 * @param addresses IP addresses that it shall vouch for; the first is the management address
 * @param csr PKCS #10 in PEM form, which proves that the host owns its key
 */
public record JoinRequest(
        String secret, HostId host, Topology topology, List<String> names, List<String> addresses, String csr) {
    public JoinRequest {
        names = List.copyOf(names);
        addresses = List.copyOf(addresses);
    }
}
