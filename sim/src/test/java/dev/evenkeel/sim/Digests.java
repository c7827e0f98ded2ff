package dev.evenkeel.sim;

import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Prints the digests of a few seeds, in a Java machine of its own. */
final class Digests {
    private Digests() {}

    public static void main(String[] args) {
        System.out.print(some());
    }

    static String some() {
        return LongStream.rangeClosed(1, 10)
                .mapToObj(seed -> seed + " " + Simulation.run(seed).digest())
                .collect(Collectors.joining(";"));
    }
}
