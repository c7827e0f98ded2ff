package com.example;

/** Follows whatever it is told to look up, which is the fault that the patch mends. */
final class Parser {
    private Parser() {}

    static String parse(String line) {
        return line.startsWith("${") ? "looked up " + line.substring(2, line.length() - 1) : line;
    }
}
