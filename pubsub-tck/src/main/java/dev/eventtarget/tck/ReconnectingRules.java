package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.StartFrom;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class ReconnectingRules extends Rules {
    ReconnectingRules(EventTargetContract suite) {
        super(suite);
    }

    @BeforeEach
    void assumeThatTheBrokerCanRestart() {
        suite().assume(suite().canRestartBroker(), "the adapter's test can't restart the broker (canRestartBroker)");
    }

    @Test
    void publishersAndListenersComeBackWithTheBroker() throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publishNumbers(1, 10);
        assertHearsNumbers(recorder, 1, 10);
        suite().stopBroker();
        suite().startBroker();
        eventually(() -> {
            publish(NUMBER, 11);
            assertTrue(recorder.details().contains(11));
        });
        eventually(() -> {
            publish(NUMBER, 12);
            assertTrue(recorder.details().contains(12));
        });
    }

    @Test
    void everyPublicationHasAnOutcomeWhileTheBrokerIsAway() throws Exception {
        publish(NUMBER, 0);
        suite().stopBroker();
        List<Future<Void>> outcomes = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            outcomes.add(dispatch(NUMBER, i));
        }
        suite().startBroker();
        outcomes.forEach(outcome -> result(outcome.otherwiseEmpty()));
        eventually(() -> publish(NUMBER, 21));
    }

    @Test
    @Needs({Capability.PERSISTENT, Capability.REPLAY})
    void whatWasAcceptedSurvivesTheBroker() throws Exception {
        publishNumbers(1, 50);
        suite().stopBroker();
        suite().startBroker();
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder, options().from(StartFrom.earliest()));
        assertHearsNumbers(recorder, 1, 50);
    }

    @Test
    @Needs({Capability.PERSISTENT, Capability.GROUPS})
    void aGroupGoesOnWhereItWas() throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder, options().group("billing"));
        publishNumbers(1, 20);
        assertHearsNumbers(recorder, 1, 20);
        // what was heard just now may not be acknowledged yet, and may come again
        for (int number = 21; number <= 25; number++) {
            publish(NUMBER, number);
            int last = number;
            eventually(() -> assertTrue(recorder.details().contains(last)));
        }
        suite().stopBroker();
        suite().startBroker();
        eventually(() -> publish(NUMBER, 26));
        eventually(() -> assertTrue(recorder.details().contains(26)));
        assertEquals(
                numbers(1, 20),
                recorder.details().stream().filter(number -> number <= 20).toList());
    }
}
