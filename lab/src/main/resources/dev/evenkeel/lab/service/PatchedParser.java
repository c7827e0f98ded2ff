package com.example;

/** Looks nothing up. */
final class Parser {
    private Parser() {}

    static String parse(String line) {
        return line.startsWith("${") ? "refused" : line;
    }
}
