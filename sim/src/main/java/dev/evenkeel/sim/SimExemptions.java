package dev.evenkeel.sim;

import dev.evenkeel.core.exempt.Exempted;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.exempt.ExemptionId;
import dev.evenkeel.core.exempt.Exemptions;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;

/** The exemptions that an operator makes and ends; every server knows them at once. */
final class SimExemptions {
    private final Simulation sim;
    private final Chance chance;
    private final TreeMap<ExemptionId, Exemption> kept = new TreeMap<>();
    private int made;

    SimExemptions(Simulation sim, Chance chance) {
        this.sim = sim;
        this.chance = chance;
    }

    Exemptions all() {
        return new Exemptions(kept.values().stream().toList());
    }

    /** One ends, or another one begins. */
    void changes(SimVm vm) {
        if (!kept.isEmpty() && chance.happens(0.3)) {
            end(kept.firstKey());
            return;
        }
        made++;
        Instant now = sim.queue.now();
        Exemption exemption = new Exemption(
                new ExemptionId("ex" + made),
                chance.happens(0.8) ? new Exempted.OneVm(vm.id) : new Exempted.AllOf(vm.tenant),
                chance.happens(0.7) ? null : chance.happens(0.5) ? Catalogue.FIRST : Catalogue.KERNEL,
                now,
                now.plus(Duration.ofSeconds(chance.between(20, 400))),
                "the end of its quarter",
                "ann");
        kept.put(exemption.id(), exemption);
        sim.invariants.exemptions.made(exemption);
        sim.trace().note("exempt: " + exemption);
    }

    void end() {
        while (!kept.isEmpty()) {
            end(kept.firstKey());
        }
    }

    private void end(ExemptionId id) {
        kept.remove(id);
        sim.invariants.exemptions.ended(id);
        sim.trace().note("no longer exempt: " + id);
    }
}
