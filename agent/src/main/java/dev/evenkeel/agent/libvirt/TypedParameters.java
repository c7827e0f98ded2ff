package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Named values as libvirt passes them (virTypedParameter: 80 bytes of name, an int of type, an 8-byte union at offset 88).
 * Values are Integer, Long, Double, Boolean or String; an unsigned int is widened to a Long, an unsigned long long is kept as the
 * same 64 bits.
 */
public record TypedParameters(Map<String, Object> values) {
    static final long SIZE = 96;
    private static final long TYPE_AT = 80;
    private static final long VALUE_AT = 88;

    private static final int INT = 1;
    private static final int UINT = 2;
    private static final int LLONG = 3;
    private static final int ULLONG = 4;
    private static final int DOUBLE = 5;
    private static final int BOOLEAN = 6;
    private static final int STRING = 7;

    public TypedParameters {
        values = Map.copyOf(values);
    }

    /** A whole number by its name; empty when libvirt did not report it. */
    public OptionalLong number(String name) {
        return values.get(name) instanceof Number n ? OptionalLong.of(n.longValue()) : OptionalLong.empty();
    }

    /** A text by its name; empty when libvirt did not report it. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).map(Object::toString);
    }

    static TypedParameters read(MemorySegment array, int count) {
        Map<String, Object> values = LinkedHashMap.newLinkedHashMap(count);
        if (count > 0 && array.address() != 0) {
            MemorySegment all = array.reinterpret(SIZE * count);
            for (int i = 0; i < count; i++) {
                MemorySegment one = all.asSlice(SIZE * i, SIZE);
                values.put(one.getString(0, StandardCharsets.UTF_8), valueOf(one));
            }
        }
        return new TypedParameters(values);
    }

    private static Object valueOf(MemorySegment one) {
        int type = one.get(JAVA_INT, TYPE_AT);
        return switch (type) {
            case INT -> one.get(JAVA_INT, VALUE_AT);
            case UINT -> Integer.toUnsignedLong(one.get(JAVA_INT, VALUE_AT));
            case LLONG, ULLONG -> one.get(JAVA_LONG, VALUE_AT);
            case DOUBLE -> one.get(JAVA_DOUBLE, VALUE_AT);
            case BOOLEAN -> one.get(JAVA_BYTE, VALUE_AT) != 0;
            case STRING -> Strings.read(one.get(ADDRESS, VALUE_AT));
            default -> "value of unknown type " + type;
        };
    }

    /** Writes parameters for a call; the memory is the arena's. A name may come twice where libvirt takes lists. */
    static MemorySegment write(Arena arena, Iterable<Map.Entry<String, Object>> entries) {
        int count = 0;
        for (Map.Entry<String, Object> ignored : entries) {
            count++;
        }
        MemorySegment array = arena.allocate(SIZE * Math.max(count, 1), 8);
        int i = 0;
        for (Map.Entry<String, Object> entry : entries) {
            MemorySegment one = array.asSlice(SIZE * i++, SIZE);
            one.setString(0, entry.getKey());
            switch (entry.getValue()) {
                case Integer n -> put(one, INT).set(JAVA_INT, VALUE_AT, n);
                case Long n -> put(one, ULLONG).set(JAVA_LONG, VALUE_AT, n);
                case Double n -> put(one, DOUBLE).set(JAVA_DOUBLE, VALUE_AT, n);
                case Boolean b -> put(one, BOOLEAN).set(JAVA_BYTE, VALUE_AT, (byte) (b ? 1 : 0));
                case String s -> put(one, STRING).set(ADDRESS, VALUE_AT, arena.allocateFrom(s));
                default ->
                    throw new IllegalArgumentException(
                            "libvirt takes no " + entry.getValue().getClass() + " as " + entry.getKey());
            }
        }
        return array;
    }

    private static MemorySegment put(MemorySegment one, int type) {
        one.set(JAVA_INT, TYPE_AT, type);
        return one;
    }
}
