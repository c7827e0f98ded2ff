package dev.evenkeel.server.loop;

import dev.evenkeel.core.fleet.MigrationDomainId;

/** This server does not hold the lease of a shard now; asking again later helps, or asking another server. */
public final class NotInCharge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotInCharge(MigrationDomainId shard) {
        super("this server is not in charge of migration domain " + shard + " at the moment", null, false, false);
    }
}
