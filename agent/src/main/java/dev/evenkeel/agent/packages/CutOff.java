package dev.evenkeel.agent.packages;

import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;

/** Says how a change of packages left the host when it was cut off, so that a person can put it right. */
final class CutOff {
    private static final int LONGEST = 500;

    private final Dpkg dpkg;

    CutOff(Dpkg dpkg) {
        this.dpkg = dpkg;
    }

    /** What is to be seen once no dpkg works any more, which may outlive the agent that started it. */
    Probe look(String doing, Update update, Payload payload) {
        try {
            boolean rests = dpkg.rests();
            SortedMap<String, String> installed = dpkg.installed();
            List<String> lacking = payload.packages().stream()
                    .filter(p -> !p.version().equals(installed.get(p.name())))
                    .map(p -> p.name() + "=" + installed.getOrDefault(p.name(), "none"))
                    .toList();
            String unfinished = dpkg.audit();
            int there = payload.packages().size() - lacking.size();
            String todo = unfinished.isEmpty() ? "" : "run dpkg --configure -a on the host, then ";
            Refusal why = Refusal.of(
                            "CUT_OFF",
                            doing + " " + update.id() + " was cut off with " + there + " of "
                                    + payload.packages().size() + " packages in; " + todo
                                    + "start a rollout of this update for this host alone, which finishes it, or install"
                                    + " the previous packages")
                    .with("lacking", cut(String.join(", ", lacking)))
                    .with("unfinished", cut(unfinished))
                    .with("dpkg", rests ? "at rest" : "still at work");
            return new Probe.Ended(new Outcome.Unknown(why));
        } catch (IOException e) {
            return new Probe.Unknown(Refusal.of(
                    "CUT_OFF",
                    doing + " " + update.id() + " was cut off, and dpkg does not say what is installed: "
                            + e.getMessage()));
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
