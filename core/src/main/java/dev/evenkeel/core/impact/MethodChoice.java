package dev.evenkeel.core.impact;

import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rung of the ladder that a host takes, and why not the ones above it.
 *
 * @param method null when every rung is refused
 * @param forecasts for each VM on the host, in the order of ids
 * @param rungs every rung looked at, from the least disturbing; the chosen one last, without refusals
 */
public record MethodChoice(HostId host, @Nullable Method method, List<VmForecast> forecasts, List<Rung> rungs) {
    public MethodChoice {
        forecasts = List.copyOf(forecasts);
        rungs = List.copyOf(rungs);
    }

    /** One rung and why it was refused; no refusals means that it holds. */
    public record Rung(Method method, List<Refusal> refusals) {
        public Rung {
            refusals = List.copyOf(refusals);
        }
    }

    /** Every refusal of every rung in one, for a host that no method fits; first that a VM is exempt, if one is. */
    public Refusal refusal() {
        return refusal(Refusal.of("NO_METHOD", "no method of the update fits this host"));
    }

    /** The same beneath another reason, unless a VM is exempt. */
    public Refusal refusal(Refusal otherwise) {
        return under(rungs.stream()
                .flatMap(rung -> rung.refusals().stream())
                .filter(why -> why.code().equals(Exemption.CODE))
                .findFirst()
                .orElse(otherwise));
    }

    private Refusal under(Refusal first) {
        Refusal all = first;
        for (Rung rung : rungs) {
            for (int i = 0; i < rung.refusals().size(); i++) {
                all = all.with(rung.method() + "." + i, rung.refusals().get(i).why());
            }
        }
        return all;
    }
}
