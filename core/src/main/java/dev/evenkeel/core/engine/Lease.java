package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.MigrationDomainId;

/** The right to commit the runs of one shard; every change of holder raises the epoch. */
public record Lease(MigrationDomainId shard, String holder, long epoch) {}
