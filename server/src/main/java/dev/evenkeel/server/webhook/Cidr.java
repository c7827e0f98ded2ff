package dev.evenkeel.server.webhook;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A block of addresses (RFC 4632), such as {@code 10.0.0.0/8} or {@code fd00::/8}.
 *
 * @param bits how many of the address's first bits count
 */
public record Cidr(InetAddress address, int bits) {

    /** @throws IllegalArgumentException when the text is no block, saying what one looks like */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String first = slash < 0 ? text : text.substring(0, slash);
        try {
            InetAddress address = InetAddress.ofLiteral(first);
            int most = address.getAddress().length * 8;
            int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
            if (bits >= 0 && bits <= most) {
                return new Cidr(address, bits);
            }
        } catch (IllegalArgumentException e) {
            // refused below, like a number of bits out of range
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no block of addresses; give one such as 10.0.0.0/8 or fd00::/8");
    }

    public boolean contains(InetAddress other) {
        byte[] ours = address.getAddress();
        byte[] theirs = other.getAddress();
        int whole = bits / 8;
        if (ours.length != theirs.length || !Arrays.equals(ours, 0, whole, theirs, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || (ours[whole] & 0xff) >> (8 - rest) == (theirs[whole] & 0xff) >> (8 - rest);
    }
}
