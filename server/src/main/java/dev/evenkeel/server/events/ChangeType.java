package dev.evenkeel.server.events;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What can become of a scheduled event. */
public enum ChangeType {
    /** It is told for the first time to whose VM it is. */
    SCHEDULED,
    /** Something else about it is different, such as its time; or it waits again after an attempt. */
    UPDATED,
    /** It may begin at once. */
    APPROVED,
    STARTED,
    /** It is over. */
    ENDED,
    /** It will not come; or the VM is another tenant's now. */
    WITHDRAWN;

    /** All of them in the words of the API. */
    public static final List<String> WORDS =
            Arrays.stream(values()).map(ChangeType::word).toList();

    /** In the words of the API. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
