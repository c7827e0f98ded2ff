package dev.evenkeel.server.http;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.TenantId;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who asks, as what they show proves.
 *
 * @param id never that of anybody else, now or later: answers to repeated orders are kept under it
 * @param name for people: in the audit trail and in what was ordered
 * @param tenants whose things a {@link Role#TENANT} sees and touches; empty for the other roles, who see all
 */
public record Principal(String id, String name, Role role, Set<TenantId> tenants) {
    /** A caller who showed nothing, on the routes that are open to anybody. */
    public static final Principal NOBODY = new Principal("nobody", "nobody", Role.TENANT, Set.of());

    public Principal {
        tenants = Set.copyOf(tenants);
    }

    /** Somebody who sees everything. */
    public static Principal of(String id, String name, Role role) {
        return new Principal(id, name, role, Set.of());
    }

    /** What somebody may do; {@link Rights} says it route by route. */
    public enum Role {
        /** Everything. */
        OPERATOR,
        /** Reads everything, the audit trail too. */
        AUDITOR,
        /** Reads everything but the audit trail. */
        VIEWER,
        /** Reads, and tells what it measured of VMs from outside. */
        OBSERVER,
        /** Sees and touches what belongs to its tenants. */
        TENANT;

        /** The role in the words of the API. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Role> ofWord(String word) {
            return java.util.Arrays.stream(values())
                    .filter(role -> role.word().equals(word))
                    .findFirst();
        }
    }

    /** The tenants whose things this caller sees, and nothing else; empty for one who sees all. */
    public Optional<Set<TenantId>> only() {
        return role == Role.TENANT ? Optional.of(new TreeSet<>(tenants)) : Optional.empty();
    }

    public boolean sees(TenantId owner) {
        return role != Role.TENANT || tenants.contains(owner);
    }

    /** As much of the fleet as this caller sees. */
    public Fleet seen(Fleet whole) {
        return role == Role.TENANT ? whole.of(tenants) : whole;
    }
}
