package dev.evenkeel.agent.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HookHearingTest {
    /** After how much persuasion the daemon asks the hook: 0 at once, 1 once it has reloaded, 2 once started again. */
    private int needs;

    private final List<String> told = new ArrayList<>();
    private final HookHearing hearing = new HookHearing(
            new RunningSoftware(() -> {
                throw new IllegalStateException("there is no libvirt here");
            }) {
                @Override
                boolean isRefusedByHook() {
                    return told.size() >= needs;
                }
            },
            new Services() {
                @Override
                public void restart(List<String> names) {
                    told.add("restart " + names);
                }

                @Override
                boolean reload(String name) {
                    told.add("reload [" + name + "]");
                    return needs < 2;
                }

                @Override
                String virtualisation() {
                    return "virtqemud";
                }
            });

    @Test
    void aDaemonThatAsksTheHookIsLeftAlone() throws Exception {
        assertThat(hearing.heeds()).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void aDaemonThatWasThereBeforeTheHookReloads() throws Exception {
        needs = 1;
        assertThat(hearing.heeds()).isTrue();
        assertThat(told).containsExactly("reload [virtqemud]");
    }

    @Test
    void aDaemonThatCannotReloadIsStartedAgain() throws Exception {
        needs = 2;
        assertThat(hearing.heeds()).isTrue();
        assertThat(told).containsExactly("reload [virtqemud]", "restart [virtqemud]");
    }

    @Test
    void aDaemonThatKnowsNoSuchHooksIsNotStartedAgainAndAgain() throws Exception {
        needs = 3;
        assertThat(hearing.heeds()).isFalse();
        assertThat(told).hasSize(2);
    }
}
