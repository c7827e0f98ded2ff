package dev.evenkeel.agent.hotpatch.jvm;

/** Name and version of a patch. Versions of one name lie on one another, and come off from the top. */
public record PatchId(String name, String version) {
    private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._+~-]*";

    public PatchId {
        if (!name.matches(WORD) || !version.matches(WORD)) {
            throw new IllegalArgumentException("a patch's name and version are made of letters, digits and ._+~-, not "
                    + name + " and " + version);
        }
    }

    /** The reverse of {@link #toString}. */
    static PatchId parse(String text) {
        int at = text.indexOf('@');
        return new PatchId(text.substring(0, Math.max(at, 0)), text.substring(at + 1));
    }

    @Override
    public String toString() {
        return name + "@" + version;
    }
}
