package dev.evenkeel.cli.command;

import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Which hosts a plan or a rollout is about; without any option, all of them. */
final class HostSelection {
    @Option(
            names = "--host",
            paramLabel = "HOST",
            split = ",",
            description = "Only this host, by id or name; may be given several times.")
    List<String> hosts = new ArrayList<>();

    @Option(names = "--region", paramLabel = "REGION", description = "Only hosts of this region.")
    @Nullable
    String region;

    @Option(names = "--zone", paramLabel = "ZONE", description = "Only hosts of this zone.")
    @Nullable
    String zone;

    @Option(names = "--rack", paramLabel = "RACK", description = "Only hosts of this rack.")
    @Nullable
    String rack;

    @Option(names = "--migration-domain", paramLabel = "DOMAIN", description = "Only hosts of this migration domain.")
    @Nullable
    String migrationDomain;

    /** An order about an update on these hosts. */
    ObjectNode order(Session session, String update) {
        ObjectNode order = Json.object();
        order.put("update", update);
        if (!hosts.isEmpty()) {
            hosts.forEach(host -> order.withArray("hosts").add(Finder.id(Finder.find(session, "hosts", host))));
        }
        ObjectNode selector = Json.object();
        put(selector, "region", region);
        put(selector, "zone", zone);
        put(selector, "rack", rack);
        put(selector, "migrationDomain", migrationDomain);
        if (!selector.isEmpty()) {
            order.set("selector", selector);
        }
        return order;
    }

    private static void put(ObjectNode selector, String name, @Nullable String value) {
        if (value != null) {
            selector.put(name, value);
        }
    }
}
