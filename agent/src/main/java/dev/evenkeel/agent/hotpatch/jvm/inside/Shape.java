package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What of a class file must stay the same for a JVM to redefine it: its name, parents, flags, fields and methods. Read as chapter 4
 * of the JVM specification lays class files out.
 */
public final class Shape {
    private static final int MAGIC = 0xCAFEBABE;

    /** Major version of the class file: 52 is Java 8, 69 is Java 25. */
    public final int major;

    /** Whether it uses preview features, which only the very JDK that it was compiled by takes. */
    public final boolean preview;

    /** Binary name, with dots. */
    public final String name;

    private final TreeSet<String> members;

    private Shape(int major, boolean preview, String name, TreeSet<String> members) {
        this.major = major;
        this.preview = preview;
        this.name = name;
        this.members = members;
    }

    /** @throws IOException when the bytes are no class file */
    public static Shape of(byte[] bytes) throws IOException {
        DataInputStream from = new DataInputStream(new ByteArrayInputStream(bytes));
        if (from.readInt() != MAGIC) {
            throw new IOException("not a class file");
        }
        int minor = from.readUnsignedShort();
        int major = from.readUnsignedShort();
        Map<Integer, String> names = constants(from);
        TreeSet<String> members = new TreeSet<>();
        // ACC_SUPER says nothing since Java 8, and a JVM that hands a class file back may leave it out.
        members.add("flags " + Integer.toHexString(from.readUnsignedShort() & ~0x20));
        String name = names.getOrDefault(from.readUnsignedShort(), "");
        members.add("parent " + names.getOrDefault(from.readUnsignedShort(), "none"));
        for (int left = from.readUnsignedShort(); left > 0; left--) {
            members.add("interface " + names.getOrDefault(from.readUnsignedShort(), ""));
        }
        members.addAll(members(from, "field", names));
        members.addAll(members(from, "method", names));
        return new Shape(major, minor == 0xFFFF, name.replace('/', '.'), members);
    }

    private static Map<Integer, String> constants(DataInputStream from) throws IOException {
        Map<Integer, String> texts = new HashMap<>();
        Map<Integer, Integer> classes = new HashMap<>();
        int count = from.readUnsignedShort();
        for (int i = 1; i < count; i++) {
            int tag = from.readUnsignedByte();
            switch (tag) {
                case 1:
                    texts.put(i, from.readUTF());
                    break;
                case 7:
                    classes.put(i, from.readUnsignedShort());
                    break;
                case 8:
                case 16:
                case 19:
                case 20:
                    skip(from, 2);
                    break;
                case 15:
                    skip(from, 3);
                    break;
                case 5:
                case 6:
                    skip(from, 8);
                    i++; // long and double take two places
                    break;
                case 3:
                case 4:
                case 9:
                case 10:
                case 11:
                case 12:
                case 17:
                case 18:
                    skip(from, 4);
                    break;
                default:
                    throw new IOException("a constant of the unknown kind " + tag);
            }
        }
        for (Map.Entry<Integer, Integer> each : classes.entrySet()) {
            texts.put(each.getKey(), texts.getOrDefault(each.getValue(), ""));
        }
        return texts;
    }

    private static List<String> members(DataInputStream from, String kind, Map<Integer, String> names)
            throws IOException {
        List<String> found = new ArrayList<>();
        for (int left = from.readUnsignedShort(); left > 0; left--) {
            String flags = Integer.toHexString(from.readUnsignedShort());
            String name = names.getOrDefault(from.readUnsignedShort(), "");
            found.add(kind + " " + name + " " + names.getOrDefault(from.readUnsignedShort(), "") + " flags " + flags);
            for (int attributes = from.readUnsignedShort(); attributes > 0; attributes--) {
                skip(from, 2);
                skip(from, from.readInt());
            }
        }
        return found;
    }

    private static void skip(DataInputStream from, int bytes) throws IOException {
        if (bytes < 0 || from.skipBytes(bytes) != bytes) {
            throw new IOException("the class file is cut off");
        }
    }

    /** How this differs from an older shape of the same class, in words; empty when it does not. */
    String differenceTo(Shape old) {
        TreeSet<String> more = new TreeSet<>(members);
        more.removeAll(old.members);
        TreeSet<String> less = new TreeSet<>(old.members);
        less.removeAll(members);
        List<String> words = new ArrayList<>();
        for (String each : more) {
            words.add("new: " + each);
        }
        for (String each : less) {
            words.add("gone: " + each);
        }
        return String.join(", ", words);
    }
}
