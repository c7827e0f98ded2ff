package dev.evenkeel.core.fleet;

import java.util.regex.Pattern;

/** The one rule for names: they travel in URLs, file names, certificates and log lines unescaped. */
public final class Names {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}");

    private Names() {}

    /**
     * Returns {@code value} when it is a usable name.
     *
     * @throws IllegalArgumentException naming {@code what}, the value and the remedy
     */
    public static String require(String what, String value) {
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    what + " \"" + value
                            + "\" is not usable: start with a letter or digit, then up to 199 of letters, digits and . _ : / @ + -");
        }
        return value;
    }
}
