package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eventtarget.Capability;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.UnsupportedCapabilityException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

abstract class CapabilityRules extends Rules {
    CapabilityRules(EventTargetContract suite) {
        super(suite);
    }

    /** What of a target can be asked for, by the capability that it needs. */
    private enum Request {
        PATTERN(Capability.WILDCARDS, "tck.*", options()),
        REST(Capability.WILDCARDS, "tck.>", options()),
        PATTERN_WITH_ID(Capability.WILDCARDS, "tck.*:42", options()),
        GROUP(Capability.GROUPS, "tck.number", options().group("billing")),
        EARLIEST(Capability.REPLAY, "tck.number", options().from(StartFrom.earliest())),
        SINCE(Capability.REPLAY, "tck.number", options().from(StartFrom.since(Instant.EPOCH))),
        RETRY(Capability.ACKNOWLEDGED, "tck.number", options().retry(RetryPolicy.immediately(2)));

        private final Capability capability;
        private final EventType<Integer> type;
        private final ListenerOptions options;

        Request(Capability capability, String topic, ListenerOptions options) {
            this.capability = capability;
            this.type = EventType.of(topic, Integer.class);
            this.options = options;
        }
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(Request.class)
    void whatIsNotClaimedIsRefused(Request request) {
        suite().assume(!has(request.capability), "the target claims " + request.capability);
        Recorder<Integer> recorder = new Recorder<>();
        EventTargetException refused = assertThrows(
                UnsupportedCapabilityException.class,
                () -> target().addEventListener(request.type, recorder, request.options));
        assertEquals(EventTargetException.Reason.UNSUPPORTED_CAPABILITY, refused.reason());
        assertThrows(
                UnsupportedCapabilityException.class,
                () -> target().addAsyncEventListener(request.type, recorder::handleAsync, request.options));
        listen(NUMBER, recorder);
        publish(NUMBER, 1);
        assertHears(recorder, 1);
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(Request.class)
    void whatIsClaimedIsGranted(Request request) {
        suite().assume(has(request.capability), "the target does not claim " + request.capability);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listen(request.type, recorder, request.options);
        publish(NUMBER.withId("42"), 1);
        assertHears(recorder, 1);
        result(subscription.close());
    }

    @Test
    void aPositionNeedsReplay() {
        suite().assume(!has(Capability.REPLAY), "the target claims REPLAY");
        assertThrows(
                UnsupportedCapabilityException.class,
                () -> target().addEventListener(
                                NUMBER, new Recorder<>(), options().from(StartFrom.after("1"))));
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publish(NUMBER, 1);
        assertHears(recorder, 1);
        assertNull(recorder.events().get(0).position());
    }

    @Test
    void whatNeedsNothingIsAlwaysGranted() {
        List<ListenerOptions> all = List.of(
                options(),
                options().once(),
                options().from(StartFrom.latest()),
                options().concurrency(3),
                options().retry(RetryPolicy.none()));
        for (ListenerOptions options : all) {
            Recorder<Integer> recorder = new Recorder<>();
            listen(NUMBER, recorder, options);
            publish(NUMBER, 1);
            assertHears(recorder, 1);
            target().removeEventListener(NUMBER, recorder);
        }
    }

    @Test
    void capabilitiesDoNotChange() throws Exception {
        Set<Capability> before = Set.copyOf(target().capabilities());
        listen(NUMBER, new Recorder<>());
        publish(NUMBER, 1);
        assertEquals(before, target().capabilities());
        assertEquals(before, anotherTarget().capabilities());
        result(target().close());
        assertEquals(before, target().capabilities());
    }
}
