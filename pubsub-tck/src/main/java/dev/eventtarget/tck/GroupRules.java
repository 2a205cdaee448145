package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.eventtarget.Capability;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@Needs(Capability.GROUPS)
abstract class GroupRules extends Rules {
    private static final ListenerOptions BILLING = options().group("billing");

    GroupRules(EventTargetContract suite) {
        super(suite);
    }

    private static List<Integer> together(List<Recorder<Integer>> recorders) {
        return recorders.stream()
                .flatMap(recorder -> recorder.details().stream())
                .sorted()
                .toList();
    }

    @Test
    void anEventGoesToOneMember() throws Exception {
        List<Recorder<Integer>> members = new ArrayList<>();
        for (TypedEventTarget target : List.of(target(), anotherTarget())) {
            for (Where where : everywhere()) {
                Recorder<Integer> member = new Recorder<>();
                members.add(member);
                ready(place(where).call(() -> target.addEventListener(NUMBER, member, BILLING)));
            }
        }
        Recorder<Integer> async = new Recorder<>();
        members.add(async);
        listenAsync(NUMBER, async::handleAsync, BILLING);
        publishNumbers(1, 1000);
        eventually(() -> assertEquals(numbers(1, 1000), together(members)));
        settle();
        assertEquals(numbers(1, 1000), together(members));
    }

    @Everywhere
    void noMemberIsStarved(Where where) throws Exception {
        Place place = place(where);
        List<Gate<Integer>> members =
                Stream.generate(this::<Integer>gate).limit(3).toList();
        ListenerOptions options = BILLING.buffer(1, OverflowPolicy.BLOCK);
        for (Gate<Integer> member : members) {
            listenAsync(place, NUMBER, member, options);
        }
        // one for each member to handle, and one more each, should a transport fetch it for them ahead of time
        List<Future<Void>> accepted = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            accepted.add(dispatch(NUMBER, i));
        }
        for (Gate<Integer> member : members) {
            eventually(() -> assertEquals(1, member.held()));
        }
        members.forEach(Gate::open);
        accepted.forEach(this::result);
        eventually(() -> assertEquals(
                numbers(1, 6),
                members.stream()
                        .flatMap(member -> member.details().stream())
                        .sorted()
                        .toList()));
    }

    @Everywhere
    void whatWaitsGoesToTheOthersWhenAMemberLeaves(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> leaving = gate();
        Recorder<Integer> staying = new Recorder<>();
        Subscription subscription = listenAsync(place, NUMBER, leaving, BILLING);
        publishNumbers(1, 50);
        eventually(() -> assertEquals(1, leaving.held()));
        // so that nothing goes to the second member before the first has left
        Subscription second = listen(place, NUMBER, staying, BILLING).pause();
        Future<Void> left = subscription.close();
        second.resume();
        assertHearsInAnyOrder(staying, 2, 50);
        assertFalse(left.isComplete());
        leaving.release();
        result(left);
        publish(NUMBER, 51);
        assertHearsInAnyOrder(staying, 2, 51);
        assertHears(leaving, 1);
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void anEventInRetryGoesToTheOthersWhenItsMemberLeaves() {
        Recorder<Integer> leaving = new Recorder<>();
        Recorder<Integer> staying = new Recorder<>();
        RetryPolicy inAnHour = RetryPolicy.backoff(5, Duration.ofHours(1), Duration.ofHours(1));
        Subscription subscription = listen(
                NUMBER,
                event -> {
                    leaving.handle(event);
                    throw new IllegalStateException("refused");
                },
                BILLING.retry(inAnHour));
        publish(NUMBER, 1);
        assertHears(leaving, 1);
        listen(NUMBER, staying, BILLING.retry(inAnHour));
        result(subscription.close());
        assertHears(staying, 1);
        assertHears(leaving, 1);
    }

    @Test
    void aMemberThatLeftMayComeBack() {
        Recorder<Integer> recorder = new Recorder<>();
        result(listen(NUMBER, recorder, BILLING).close());
        listen(NUMBER, recorder, BILLING);
        publish(NUMBER, 2);
        assertHears(recorder, 2);
    }

    @Everywhere
    void everyGroupGetsEveryEvent(Where where) throws Exception {
        Place place = place(where);
        List<List<Recorder<Integer>>> groups = new ArrayList<>();
        for (String group : List.of("billing", "shipping")) {
            List<Recorder<Integer>> members = List.of(new Recorder<>(), new Recorder<>());
            groups.add(members);
            for (Recorder<Integer> member : members) {
                listen(place, NUMBER, member, options().group(group));
            }
        }
        Recorder<Integer> alone = new Recorder<>();
        listen(place, NUMBER, alone, options());
        publishNumbers(1, 300);
        for (List<Recorder<Integer>> members : groups) {
            eventually(() -> assertEquals(numbers(1, 300), together(members)));
        }
        assertHearsNumbers(alone, 1, 300);
        settle(place);
        for (List<Recorder<Integer>> members : groups) {
            assertEquals(numbers(1, 300), together(members));
        }
    }

    @Test
    void groupsOfOneNameOnTwoTypesAreTwo() {
        EventType<Integer> other = EventType.of("tck.other", Integer.class);
        Recorder<Integer> first = new Recorder<>();
        Recorder<Integer> second = new Recorder<>();
        listen(NUMBER, first, BILLING);
        listen(other, second, BILLING);
        for (int i = 1; i <= 10; i++) {
            publish(NUMBER, i);
            publish(other, -i);
        }
        assertHearsNumbers(first, 1, 10);
        assertHears(() -> sorted(second.details()), sorted(numbers(-10, -1)));
    }

    @Everywhere
    @Needs(Capability.ORDERED)
    void aGroupOfOneKeepsOrder(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, BILLING);
        publishNumbers(1, 500);
        assertHearsNumbers(recorder, 1, 500);
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void aRefusalConcernsItsGroupAlone() throws Exception {
        Recorder<Integer> billing = new Recorder<>();
        Recorder<Integer> shipping = new Recorder<>();
        listen(
                NUMBER,
                event -> {
                    billing.handle(event);
                    if (billing.count() == 1) {
                        throw new IllegalStateException("refused");
                    }
                },
                BILLING.retry(QUICKLY));
        listen(NUMBER, shipping, options().group("shipping"));
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(billing, 1, 1, 2);
        assertHears(shipping, 1, 2);
        settle();
        assertHears(shipping, 1, 2);
    }

    @Test
    void aMemberAddedTwiceIsOneMember() {
        Recorder<Integer> first = new Recorder<>();
        Recorder<Integer> second = new Recorder<>();
        assertSame(listen(NUMBER, first, BILLING), listen(NUMBER, first, BILLING));
        Subscription other = listen(NUMBER, second, BILLING);
        result(other.close());
        publishNumbers(1, 10);
        assertHearsNumbers(first, 1, 10);
    }

    @Test
    void oneListenerInTwoGroupsIsTwoRegistrations() {
        Recorder<Integer> recorder = new Recorder<>();
        EventListener<Integer> listener = recorder;
        listen(NUMBER, listener, BILLING);
        listen(NUMBER, listener, options().group("shipping"));
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(() -> sorted(recorder.details()), List.of(1, 1, 2, 2));
    }

    @Everywhere
    void aMemberWithOnceTakesOneEvent(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> once = new Recorder<>();
        Recorder<Integer> other = new Recorder<>();
        Subscription subscription = listen(place, NUMBER, once, BILLING.once());
        publish(NUMBER, 1);
        assertHears(once, 1);
        result(subscription.ended());
        listen(place, NUMBER, other, BILLING);
        publishNumbers(2, 20);
        assertHearsNumbers(other, 2, 20);
        assertHears(once, 1);
    }
}
