package dev.evenkeel.sim;

import java.time.Duration;

/**
 * What goes wrong in one simulation. Each seed draws its own mixture, some kinds absent and some frequent, because a
 * fault that is always there hides what happens without it. Probabilities are per occasion, durations are mean times
 * between two faults of a kind; zero means never.
 *
 * @param loss of a message between server and agent
 * @param duplicate of a message
 * @param slow that a message takes up to {@link SimLink#SLOWEST}
 * @param partition between server and one host
 * @param serverStep that a server process dies at one call of the store or the link
 * @param freeze of a server process for longer than its lease
 * @param replicas whether a second server process stands by
 * @param storeOutage of the store for some seconds
 * @param storeDoubt that a commit's answer is lost, written or not
 * @param agentStep that an agent dies between two steps
 * @param agentCrash of one agent
 * @param hostDeath of one host, which comes back later
 * @param vmmDeath of one VM's process
 * @param hostLink cut between two hosts
 * @param refusal that a move is refused or breaks off
 * @param apply that applying fails, verifying and undoing a third as often
 * @param stubborn that a guest that is asked to go down takes its time; half as often it never does
 * @param hands at work: VMs destroyed, started, migrated by a person on the host; owners who change their minds
 * @param orders of people to the server
 */
record Faults(
        double loss,
        double duplicate,
        double slow,
        Duration partition,
        double serverStep,
        Duration freeze,
        boolean replicas,
        Duration storeOutage,
        double storeDoubt,
        double agentStep,
        Duration agentCrash,
        Duration hostDeath,
        Duration vmmDeath,
        Duration hostLink,
        double refusal,
        double apply,
        double stubborn,
        Duration hands,
        Duration orders) {

    static Faults drawn(Chance chance) {
        return new Faults(
                sometimes(chance, 0.15),
                sometimes(chance, 0.15),
                sometimes(chance, 0.1),
                sometimes(chance, 120, 600),
                sometimes(chance, 0.004),
                sometimes(chance, 90, 400),
                chance.happens(0.5),
                sometimes(chance, 90, 400),
                sometimes(chance, 0.01),
                sometimes(chance, 0.05),
                sometimes(chance, 40, 300),
                sometimes(chance, 200, 900),
                sometimes(chance, 200, 900),
                sometimes(chance, 30, 300),
                sometimes(chance, 0.3),
                sometimes(chance, 0.3),
                sometimes(chance, 0.3),
                sometimes(chance, 30, 200),
                Duration.ofSeconds(chance.between(30, 120)));
    }

    /** A calm world in which people still give orders. */
    static Faults none() {
        Duration never = Duration.ZERO;
        return new Faults(
                0, 0, 0, never, 0, never, false, never, 0, 0, never, never, never, never, 0, 0, 0, never, never);
    }

    private static double sometimes(Chance chance, double most) {
        return chance.happens(0.5) ? most * chance.between(1, 100) / 100 : 0;
    }

    private static Duration sometimes(Chance chance, int least, int most) {
        return chance.happens(0.5) ? Duration.ofSeconds(chance.between(least, most)) : Duration.ZERO;
    }
}
