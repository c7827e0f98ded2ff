package dev.evenkeel.wire.link;

import java.util.List;

/**
 * What each VM of a host is told inside; one for every VM that the server knows to be there.
 *
 * @param stamp names this content; the agent says it with its next question
 */
public record Documents(String stamp, List<VmDocument> vms) {
    public Documents {
        vms = List.copyOf(vms);
    }
}
