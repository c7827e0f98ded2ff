package dev.evenkeel.agent.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class HookHearingTest {
    private final Deque<Boolean> refused = new ArrayDeque<>();
    private final List<String> restarted = new ArrayList<>();
    private final HookHearing hearing = new HookHearing(
            new RunningSoftware(() -> {
                throw new IllegalStateException("there is no libvirt here");
            }) {
                @Override
                boolean isRefusedByHook() {
                    return refused.removeFirst();
                }
            },
            new Services() {
                @Override
                public void restart(List<String> names) {
                    restarted.addAll(names);
                }

                @Override
                String virtualisation() {
                    return "virtqemud";
                }
            });

    @Test
    void aDaemonThatAsksTheHookIsLeftAlone() throws Exception {
        refused.add(true);
        assertThat(hearing.heeds()).isTrue();
        assertThat(restarted).isEmpty();
    }

    @Test
    void aDaemonThatWasThereBeforeTheHookIsStartedAgain() throws Exception {
        refused.addAll(List.of(false, true));
        assertThat(hearing.heeds()).isTrue();
        assertThat(restarted).containsExactly("virtqemud");
    }

    @Test
    void aDaemonThatKnowsNoSuchHooksIsNotStartedAgainAndAgain() throws Exception {
        refused.addAll(List.of(false, false));
        assertThat(hearing.heeds()).isFalse();
        assertThat(restarted).hasSize(1);
    }
}
