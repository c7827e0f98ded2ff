package dev.evenkeel.lab.debian;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an apt-get simulation says it would do.
 *
 * @param added names of packages that are not there yet
 * @param replaced {@code NAME=VERSION} of each package there now that would be upgraded or removed
 */
record AptPlan(List<String> added, List<String> replaced) {
    // "Inst NAME [OLD] (NEW …)", "Inst NAME (NEW …)" and "Remv NAME [OLD]", as printed by apt-get --simulate
    private static final Pattern LINE = Pattern.compile("^(Inst|Remv) (\\S+)(?: \\[([^]]+)])?(?: .*)?$");

    AptPlan {
        added = List.copyOf(added);
        replaced = List.copyOf(replaced);
    }

    static AptPlan parse(String simulation) {
        List<String> added = new ArrayList<>();
        List<String> replaced = new ArrayList<>();
        for (String line : simulation.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                continue;
            }
            String name = matcher.group(2).replaceFirst(":.*", "");
            String old = matcher.group(3);
            if (old != null) {
                replaced.add(name + "=" + old);
            } else if (matcher.group(1).equals("Inst")) {
                added.add(name);
            }
        }
        return new AptPlan(added, replaced);
    }
}
