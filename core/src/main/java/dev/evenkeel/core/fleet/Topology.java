package dev.evenkeel.core.fleet;

/** Where a host stands: each level is a failure domain of its own. */
public record Topology(String region, String zone, String rack, MigrationDomainId migrationDomain) {
    public Topology {
        Names.require("region", region);
        Names.require("zone", zone);
        Names.require("rack", rack);
    }
}
