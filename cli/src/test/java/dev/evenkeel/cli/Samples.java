package dev.evenkeel.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers of the server, whole as it gives them. */
final class Samples {
    static final String NOT_FOUND = """
            {"type":"/problems/not-found","title":"There is no such thing","status":404,
             "detail":"there is no such thing; list what there is","errors":[]}
            """;

    static final String HOST = """
            {"id":"h1","name":"rack1-h1","address":"10.77.0.11","region":"eu","zone":"a","rack":"r1",
             "migrationDomain":"lab","state":"READY","cordoned":false,"cordonReason":null,"dedicatedTo":null,
             "observedAt":"2026-11-22T12:00:00Z","arch":"x86_64","cpuModel":"EPYC","cpus":2,
             "memoryBytes":2147483648,"freeMemoryBytes":1610612736,
             "versions":{"kernel":"6.1.0-40","qemu":"10.0.2","libvirt":"9.0.0","microcode":"0x1"},
             "vms":2,"run":null,"capabilities":["live-migration","post-copy"]}
            """;

    static final String VM = """
            {"id":"6f1c2b1e-0000-4000-8000-000000000001","name":"web-1","tenant":"acme","availabilitySet":"web","tags":{"env":"prod"},
             "host":"h1","state":"RUNNING","vcpus":1,"memoryBytes":100663296,"dirtyRateBytesPerSecond":41943040,
             "localStorage":true,"vmm":"10.0.2","onOldVmm":true,"aside":false,"ties":[],"misread":[],
             "intent":{"maxPauseMs":2000,"migration":"allowed","postCopy":"never","restart":"never",
                       "onHostFailure":"leave","noticeMs":900000},
             "settings":[{"name":"maxPause","set":"PT2S","metadata":"PT5S"},
                         {"name":"notice","set":"PT15M","metadata":"PT0S"}],
             "exemptions":[{"id":"exempt-1","vm":"6f1c2b1e-0000-4000-8000-000000000001","tenant":null,"update":null,
               "from":"2026-11-22T12:00:00Z","until":"2026-12-01T03:00:00Z","reason":"the quarter ends","by":"ann"}],
             "obstacles":[{"code":"HOST_DEVICE","why":"a host device is passed through","evidence":{"device":"hostdev0"}}]}
            """;

    static final String UPDATE = """
            {"id":"qemu-11.1","component":"VMM","version":"11.1","severity":"IMPORTANT","title":"QEMU 11.1",
             "methods":["MIGRATE"],"signature":"UNSIGNED",
             "manifest":{"id":"qemu-11.1","version":"11.1","component":"VMM","severity":"IMPORTANT","title":"QEMU 11.1",
                         "methods":{"MIGRATE":{"packages":[],"previous":[],"removeOnUndo":[],"restart":[]}},
                         "verify":{"qemu":"11.1"}}}
            """;

    static final String PLAN = """
            {"update":"qemu-11.1","hosts":[
              {"host":"h1","already":false,"method":"MIGRATE","before":{"qemu":"10.0.2"},"after":{"qemu":"11.1"},
               "refused":[{"method":"HOT_PATCH","why":[{"code":"NO_PAYLOAD",
                           "why":"the update has no payload for HOT_PATCH","evidence":{}}]}],
               "vms":[{"vm":"6f1c","name":"web-1","tenant":"acme","impact":"PAUSE","stopMs":20,"totalMs":1500,
                       "target":"h2"}]},
              {"host":"h2","already":false,"method":null,"before":{"qemu":"10.0.2"},"after":{"qemu":"11.1"},
               "refused":[{"method":"MIGRATE","why":[{"code":"MIGRATION_NEVER",
                           "why":"the owner of VM db-1 says migration: never","evidence":{"tenant":"acme","vm":"77aa"}}]}],
               "vms":[]},
              {"host":"h3","already":true,"method":null,"before":{"qemu":"11.1"},"after":{"qemu":"11.1"},
               "refused":[],"vms":[]}]}
            """;

    static final String RUN = """
            {"id":"run-0001","host":"h1","rollout":"ro-abcd1234","purpose":"UPDATE","update":"qemu-11.1","method":"MIGRATE",
             "state":"Draining","needsPerson":false,"ended":false,"outcome":null,"since":"2026-11-22T11:59:30Z",
             "deadline":"2026-11-22T12:30:00Z","orderedAt":"2026-11-22T11:59:00Z","orderedBy":"admin","reason":null,
             "endedAt":null,"vmsMoved":1,"vmsRestarted":0,"vmsLost":0,
             "why":null,
             "moves":[{"vm":"6f1c","name":"web-1","tenant":"acme","to":"h2","status":"MOVING","attempts":1,
                       "forecastStopMs":20,"stopMs":null,"forecastTotalMs":1500,"totalMs":null,
                       "progress":"pass 2, 12 MiB left","why":null},
                      {"vm":"6f1d","name":"web-2","tenant":"acme","to":"h3","status":"MOVED","attempts":1,
                       "forecastStopMs":20,"stopMs":24,"forecastTotalMs":1500,"totalMs":1900,
                       "progress":null,"why":null}],
             "effects":[{"id":"e0","kind":"MoveVm","agent":"h1","vm":"6f1d","status":"ENDED",
                         "orderedAt":"2026-11-22T11:59:31Z","progress":null,"outcome":"Moved","why":null},
                        {"id":"e1","kind":"MoveVm","agent":"h1","vm":"6f1c","status":"ACKNOWLEDGED",
                         "orderedAt":"2026-11-22T11:59:40Z","progress":"pass 2","outcome":null,"why":null}]}
            """;

    static final String DONE_RUN = RUN.replace("\"Draining\"", "\"Ended\"")
            .replace("\"ended\":false,\"outcome\":null", "\"ended\":true,\"outcome\":\"DONE\"")
            .replace("\"endedAt\":null", "\"endedAt\":\"2026-11-22T12:00:12Z\"");

    static final String STUCK_RUN = RUN.replace(
                    "\"Draining\",\"needsPerson\":false", "\"NeedsPerson\",\"needsPerson\":true")
            .replace(
                    "\n \"why\":null",
                    "\n \"why\":{\"code\":\"UNKNOWN\",\"why\":\"the agent cannot say\",\"evidence\":{}}");

    static final String ROLLOUT = """
            {"id":"ro-abcd1234","update":"qemu-11.1","back":false,"state":"Rolling","needsPerson":false,"ended":false,"outcome":null,
             "why":null,
             "policy":{"maxParallelHosts":1,"maxPerRack":1,"maxFailedHosts":0,"gatePatienceMs":300000,"parallelMoves":2,
                       "moveAttempts":3,"reserveMs":3600000,"drainMs":7200000,"moveMs":1200000,"changeMs":1800000,"stopMs":300000,"leastNoticeMs":null,"selfServiceMs":2419200000},
             "hosts":[{"host":"h1","ring":0,"status":"RUNNING","run":"run-0001","why":null,"at":"2026-11-22T11:59:00Z"},
                      {"host":"h2","ring":0,"status":"PENDING","run":null,"why":null,"at":"2026-11-22T11:58:48Z"}],
             "waves":1,"vmsLost":0,"orderedAt":"2026-11-22T11:58:48Z","orderedBy":"admin","reason":"CVE-2026-0001",
             "endedAt":null}
            """;

    static final String DONE_ROLLOUT = ROLLOUT.replace("\"RUNNING\"", "\"DONE\"")
            .replace("\"PENDING\"", "\"DONE\"")
            .replace("\"Rolling\"", "\"Ended\"")
            .replace("\"ended\":false,\"outcome\":null", "\"ended\":true,\"outcome\":\"DONE\"");

    static final String HALTED_ROLLOUT = ROLLOUT.replace(
                    "\"Rolling\",\"needsPerson\":false", "\"Halted\",\"needsPerson\":true")
            .replace(
                    "\n \"why\":null,\n \"policy\"",
                    "\n \"why\":{\"code\":\"TOO_MANY_FAILURES\",\"why\":\"more hosts failed than allowed\","
                            + "\"evidence\":{\"failed\":\"1\"}},\n \"policy\"");

    static final String CANCELLING_ROLLOUT = ROLLOUT.replace("\"Rolling\"", "\"Cancelling\"");

    static final String LEDGER_ENTRY = """
            {"id":"l1","vm":"6f1c","name":"web-1","tenant":"acme","cause":"update qemu-11.1","method":"MIGRATE","impact":"PAUSE",
             "run":"run-0001","from":"h1","to":"h2","startedAt":"2026-11-22T11:59:40Z","endedAt":"2026-11-22T11:59:42Z",
             "toldMs":20,"forecastStopMs":20,"stopMs":24,"observedStopMs":26,"gapMs":120,"normalGapMs":104,"forecastTotalMs":1500,
             "totalMs":1900,"skewBeforeMs":-14,"clockSkewMs":null,"restarted":false}
            """;

    static final String TOKEN = """
            {"token":"secret.abcdef","host":null,"expiresAt":"2026-11-22T13:00:00Z","gateway":"https://10.77.0.1:8441"}
            """;

    private Samples() {}

    static String page(String... items) {
        return "{\"items\":[" + String.join(",", items) + "],\"next\":null}";
    }

    static String pageBefore(String cursor, String... items) {
        return "{\"items\":[" + String.join(",", items) + "],\"next\":\"" + cursor + "\"}";
    }

    /** One line of a run's story. */
    static String story(int version, String type, String state, String text) {
        return "{\"version\":" + version + ",\"at\":\"2026-11-22T11:59:4" + version % 10 + "Z\",\"type\":\"" + type
                + "\",\"text\":\"" + text + "\",\"state\":\"" + state + "\",\"data\":{}}";
    }

    private static String event(long sequence, String type, String text) {
        return "{\"sequence\":" + sequence + ",\"at\":\"2026-11-22T11:59:4" + sequence % 10
                + "Z\",\"level\":\"INFO\",\"type\":\"" + type
                + "\",\"rollout\":\"ro-abcd1234\",\"run\":\"run-0001\",\"host\":\"h1\",\"vm\":null,\"text\":\"" + text
                + "\",\"data\":{}}";
    }

    /** The event as the stream sends it. */
    static String message(long sequence, String type, String text) {
        String event = event(sequence, type, text);
        JsonNode tree = JsonMapper.shared().readTree(event);
        List<String> wrong = ApiDescription.wrongInEvent(tree);
        if (!wrong.isEmpty()) {
            throw new AssertionError("the sample event is not as described: " + wrong);
        }
        return "id: " + sequence + "\nevent: " + type + "\ndata: " + event + "\n\n";
    }
}
