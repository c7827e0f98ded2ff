package dev.evenkeel.agent.metadata;

import dev.evenkeel.wire.link.VmDocument;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Answers from a VM's document. One that is not there yet, as of a VM that has just come, is waited for a while. */
final class Told {
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private Told() {}

    static Reply by(GuestDocuments documents, GuestVm vm, Function<VmDocument, HttpAnswer> answer) {
        Optional<VmDocument> document = documents.of(vm.id());
        return document.isPresent()
                ? Reply.now(answer.apply(document.get()))
                : new Reply.Held(
                        () -> documents.of(vm.id()).map(answer),
                        PATIENCE,
                        () -> notNow("it is not known yet what this VM is to be told"));
    }

    static HttpAnswer notNow(String why) {
        return HttpAnswer.text(503, why + "\n").with("Retry-After", "1");
    }
}
