package dev.eventtarget.memory;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.Capability;
import dev.eventtarget.CodecException;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.Health;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** What may be wrong with a target, and the rules that show it. */
enum Defect {
    NONE {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound);
        }
    },

    // ---- delivery

    LOSES_EVERY_HUNDREDTH_EVENT("aPublishersEventsArriveInOrder", "eachOfManyPublishersKeepsItsOrder") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            AtomicInteger count = new AtomicInteger();
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    return count.incrementAndGet() % 100 == 0 ? Future.succeededFuture() : super.dispatchEvent(event);
                }
            };
        }
    },
    DELIVERS_TWICE("aListenerHearsTheEventsOfItsType", "everyListenerHearsEveryEventOnce") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) throws Exception {
                    super.deliver(event, listener);
                    super.deliver(event, listener);
                }
            };
        }
    },
    SWAPS_TWO_EVENTS("aPublishersEventsArriveInOrder", "whatIsPublishedInAVerticleKeepsItsOrder") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            Map<EventListener<?>, TypedEvent<?>> late = Collections.synchronizedMap(new IdentityHashMap<>());
            return new ForwardingTarget(sound) {
                @Override
                @SuppressWarnings("unchecked")
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) throws Exception {
                    if (Integer.valueOf(50).equals(event.detail())) {
                        late.put(listener, event);
                        return;
                    }
                    super.deliver(event, listener);
                    TypedEvent<?> held = late.remove(listener);
                    if (held != null) {
                        super.deliver((TypedEvent<T>) held, listener);
                    }
                }
            };
        }
    },
    LOSES_A_REGISTRATION("manySubscribersOfOneTypeMayComeAtOnce", "aHundredListenersHearAnEvent") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            AtomicInteger count = new AtomicInteger();
            return new ForwardingTarget(sound) {
                @Override
                <T> EventType<T> type(EventType<T> type) {
                    return count.incrementAndGet() == 70 ? type.withTopic("nobody.publishes.this") : type;
                }
            };
        }
    },
    GIVES_EACH_TARGET_A_BUS_OF_ITS_OWN("targetsOfOneBusHearEachOther", "everyListenerHearsEveryEventOnce"),

    // ---- types, ids, patterns

    DELIVERS_OTHER_TYPES("listenersOfOtherTypesDoNotHearAnEvent", "aTypeIsItsWholeName") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> EventType<T> type(EventType<T> type) {
                    return type.withTopic(">");
                }
            };
        }
    },
    IGNORES_IDS("aScopedTypeHearsItsIdAlone", "idsAreTakenLiterally") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> EventType<T> type(EventType<T> type) {
                    return type.withTopic(type.name());
                }
            };
        }
    },
    LOSES_IDS("aListenerToTheTypeSeesTheId", "aScopedTypeHearsItsIdAlone") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    return super.dispatchEvent(unscoped(event));
                }

                private <T> TypedEvent<T> unscoped(TypedEvent<T> event) {
                    return event.with(event.type().withTopic(event.type().name()), event.detail());
                }
            };
        }
    },
    TAKES_A_STAR_FOR_THE_REST("aStarStandsForOneToken") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> EventType<T> type(EventType<T> type) {
                    return type.withTopic(type.topic().replaceAll("\\.\\*$", ".>"));
                }
            };
        }
    },
    TAKES_THE_REST_FOR_ONE_TOKEN("aGreaterThanStandsForTheRest", "overlappingPatternsEachHearAnEventOnce") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> EventType<T> type(EventType<T> type) {
                    return type.withTopic(type.topic().replace('>', '*'));
                }
            };
        }
    },

    // ---- groups

    IGNORES_GROUPS("anEventGoesToOneMember", "everyGroupGetsEveryEvent") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> copy(options, options.isOnce(), null, options.deadLetter()));
        }
    },
    TAKES_ALL_GROUPS_FOR_ONE("everyGroupGetsEveryEvent", "aRefusalConcernsItsGroupAlone") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> options.group() == null ? options : options.group("one"));
        }
    },
    STARVES_MEMBERS("noMemberIsStarved", "whatWaitsGoesToTheOthersWhenAMemberLeaves") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> options.group() == null ? options : options.concurrency(100));
        }
    },

    // ---- the DOM's rules

    REGISTERS_A_LISTENER_TWICE(
            "theSameListenerAddedTwiceIsRegisteredOnce", "aListenerAddedByManyThreadsIsRegisteredOnce") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public <T> Subscription addEventListener(
                        EventType<T> type, EventListener<T> listener, ListenerOptions options) {
                    return sound.addEventListener(type, event -> listener.handle(event), options);
                }
            };
        }
    },
    IGNORES_ONCE("onceHearsOneEvent", "onceHearsOneEventAsynchronously") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> copy(options, false, options.group(), options.deadLetter()));
        }
    },
    DELIVERS_AFTER_REMOVAL("aRemovedListenerIsNotCalled", "aPatternThatIsRemovedHearsNothing") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public <T> boolean removeEventListener(EventType<T> type, EventListener<T> listener) {
                    return true;
                }
            };
        }
    },
    DELIVERS_TO_WHOM_A_DISPATCH_ADDED("aListenerAddedDuringADispatchDoesNotHearThatEvent") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            ThreadLocal<TypedEvent<?>> dispatched = new ThreadLocal<>();
            return new ForwardingTarget(sound) {
                @Override
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) throws Exception {
                    dispatched.set(event);
                    super.deliver(event, listener);
                    dispatched.remove();
                }

                @Override
                @SuppressWarnings("unchecked")
                public <T> Subscription addEventListener(
                        EventType<T> type, EventListener<T> listener, ListenerOptions options) {
                    TypedEvent<?> event = dispatched.get();
                    if (event != null) {
                        try {
                            listener.handle((TypedEvent<T>) event);
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }
                    return super.addEventListener(type, listener, options);
                }
            };
        }
    },
    DELIVERS_TO_WHOM_A_DISPATCH_REMOVED("aListenerRemovedDuringADispatchIsNotCalled") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public <T> boolean removeEventListener(EventType<T> type, EventListener<T> listener) {
                    CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)
                            .execute(() -> super.removeEventListener(type, listener));
                    return true;
                }
            };
        }
    },
    STOPS_AT_A_LISTENER_THAT_THROWS("aListenerThatThrowsDoesNotStopTheOthers") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            Set<TypedEvent<?>> stopped =
                    Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
            return new ForwardingTarget(sound) {
                @Override
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) throws Exception {
                    if (stopped.contains(event)) {
                        return;
                    }
                    try {
                        super.deliver(event, listener);
                    } catch (Throwable e) {
                        stopped.add(event);
                        throw e;
                    }
                }
            };
        }
    },
    FAILS_PUBLISHERS_FOR_THEIR_LISTENERS("aListenerThatThrowsDoesNotFailThePublisher") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            ThreadLocal<Throwable> thrown = new ThreadLocal<>();
            return new ForwardingTarget(sound) {
                @Override
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) throws Exception {
                    try {
                        super.deliver(event, listener);
                    } catch (Throwable e) {
                        thrown.set(e);
                        throw e;
                    }
                }

                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    Future<Void> outcome = super.dispatchEvent(event);
                    return thrown.get() == null ? outcome : Future.failedFuture(thrown.get());
                }
            };
        }
    },
    CALLS_THE_LAST_LISTENER_FIRST("listenersAreCalledInTheOrderTheyWereAdded") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            List<Runnable> earlier = new ArrayList<>();
            return new ForwardingTarget(sound) {
                @Override
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) {
                    Runnable call = () -> {
                        try {
                            super.deliver(event, listener);
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    };
                    synchronized (earlier) {
                        earlier.add(0, call);
                        if (earlier.size() == 20) {
                            earlier.forEach(Runnable::run);
                        }
                    }
                }
            };
        }
    },

    // ---- status

    IS_UP_FOR_EVER("aClosedTargetIsDown") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<TargetStatus> status() {
                    return super.status().map(status -> new TargetStatus(Health.up(), status.subscriptions()));
                }
            };
        }
    },
    TELLS_OF_NO_LISTENERS("statusTellsWhatWaitsAndWhatIsBeingHandled", "statusTellsTheGroup") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<TargetStatus> status() {
                    return super.status().map(status -> new TargetStatus(status.health(), List.of()));
                }
            };
        }
    },

    // ---- acknowledgement

    ACKNOWLEDGES_WHATEVER_HAPPENS("anEventRefusedByThrowingIsDeliveredAgain", "attemptsEndWithTheErrorHandler") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) {
                    try {
                        super.deliver(event, listener);
                    } catch (Throwable e) {
                        // nobody is told
                    }
                }
            };
        }
    },
    NEVER_ACKNOWLEDGES("aCompletedFutureAcknowledges", "concurrencyOpensSoManyFutures") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> Future<?> deliverAsync(TypedEvent<T> event, AsyncEventListener<T> listener) throws Exception {
                    super.deliverAsync(event, listener);
                    return io.vertx.core.Promise.promise().future();
                }
            };
        }
    },
    ACKNOWLEDGES_BEFORE_THE_FUTURE("theNextEventWaitsForTheAcknowledgement", "withoutConcurrencyOneFutureIsOpen") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> Future<?> deliverAsync(TypedEvent<T> event, AsyncEventListener<T> listener) throws Exception {
                    super.deliverAsync(event, listener);
                    return Future.succeededFuture();
                }
            };
        }
    },
    DOES_NOT_RETRY("anEventRefusedByAFutureIsDeliveredAgain", "laterEventsWaitForARetry") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> options.retry(RetryPolicy.none()));
        }
    },
    TRIES_ONCE_TOO_OFTEN("attemptsEndWithTheErrorHandler", "withoutRetryAnEventIsDeliveredOnce") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(
                    sound,
                    options -> options.retry(new RetryPolicy(
                            options.retry().attempts() + 1,
                            options.retry().initialDelay(),
                            options.retry().maxDelay())));
        }
    },
    RETRIES_WITHOUT_DELAY("retriesWaitForTheirDelays") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(
                    sound,
                    options -> options.retry(
                            RetryPolicy.immediately(options.retry().attempts())));
        }
    },
    GOES_ON_DURING_A_RETRY("laterEventsWaitForARetry") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> options.concurrency(8));
        }
    },
    FORGETS_ERROR_HANDLERS("attemptsEndWithTheErrorHandler", "aDetailThatDoesNotDecodeIsReported") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> options.onError(error -> {}));
        }
    },

    // ---- dead letters

    DROPS_DEAD_LETTERS("anEventWhoseAttemptsAreUsedUpIsDeadLettered", "deliveryGoesOnAfterADeadLetter") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> copy(options, options.isOnce(), options.group(), null));
        }
    },
    DOES_NOT_SAY_WHY_A_LETTER_IS_DEAD("anEventWhoseAttemptsAreUsedUpIsDeadLettered") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) throws Exception {
                    Map<String, String> headers = new HashMap<>(event.headers());
                    headers.remove(DeadLetter.REASON);
                    super.deliver(event.withHeaders(headers), listener);
                }
            };
        }
    },

    // ---- replay

    REPLAYS_FROM_THE_POSITION_ITSELF("afterAPositionBeginsWithTheEventBehindIt") {
        @Override
        String configuration() {
            return "&history=10000";
        }

        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> {
                if (!(options.from() instanceof StartFrom.After after)) {
                    return options;
                }
                int dash = after.position().lastIndexOf('-') + 1;
                long number = Long.parseLong(after.position().substring(dash));
                return options.from(StartFrom.after(after.position().substring(0, dash) + (number - 1)));
            });
        }
    },
    REPLAYS_UNASKED("latestBeginsWithTheNextEvent", "aLaterListenerHearsWhatComesAfter") {
        @Override
        String configuration() {
            return "&history=10000";
        }

        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(
                    sound,
                    options -> options.from() == StartFrom.latest() ? options.from(StartFrom.earliest()) : options);
        }
    },
    DOES_NOT_REPLAY("earliestBeginsWithTheOldestEvent", "aPatternReplaysWhatItMatches") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return claiming(sound, Capability.REPLAY);
        }
    },
    HIDES_GAPS("aGapIsReported") {
        @Override
        String configuration() {
            return "&history=10000";
        }

        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withErrors(sound, error -> !(error instanceof GapException));
        }
    },
    GIVES_ALL_EVENTS_ONE_POSITION("eachEventHasAPositionOfItsOwn") {
        @Override
        String configuration() {
            return "&history=10000";
        }

        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                <T> void deliver(TypedEvent<T> event, EventListener<T> listener) throws Exception {
                    super.deliver(event.withPosition("1"), listener);
                }
            };
        }
    },

    // ---- back-pressure

    ACCEPTS_WHAT_HAS_NO_ROOM("aFullBufferHoldsThePublisher", "failRefusesThePublisher") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    super.dispatchEvent(event);
                    return Future.succeededFuture();
                }
            };
        }
    },
    HAS_ROOM_FOR_ONE_MORE("aFullBufferHoldsThePublisher", "dropNewestKeepsTheOldest", "failRefusesThePublisher") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> options.buffer(options.buffer() + 1, options.overflow()));
        }
    },
    DROPS_WHAT_HAS_NO_ROOM("aFullBufferHoldsThePublisher", "blockingLosesNothing") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(sound, options -> options.buffer(options.buffer(), OverflowPolicy.DROP_NEWEST));
        }
    },
    DROPS_AT_THE_WRONG_END("dropOldestKeepsTheNewest", "dropNewestKeepsTheOldest") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withOptions(
                    sound,
                    options -> options.buffer(
                            options.buffer(),
                            options.overflow() == OverflowPolicy.DROP_OLDEST
                                    ? OverflowPolicy.DROP_NEWEST
                                    : OverflowPolicy.DROP_OLDEST));
        }
    },
    MISCOUNTS_WHAT_IT_DROPS("dropOldestKeepsTheNewest", "eachSubscriptionHasItsOwnBuffer") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                Subscription subscription(Subscription subscription) {
                    return new ForwardingSubscription(subscription) {
                        @Override
                        public long dropped() {
                            return super.dropped() / 2;
                        }
                    };
                }
            };
        }
    },
    DOES_NOT_PAUSE("aPausedSubscriptionIsNotCalled", "fetchDeliversSoManyMore") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                Subscription subscription(Subscription subscription) {
                    return new ForwardingSubscription(subscription) {
                        @Override
                        public Subscription pause() {
                            return this;
                        }
                    };
                }
            };
        }
    },
    FETCHES_ONE_TOO_MANY("fetchDeliversSoManyMore", "whatIsFetchedAheadIsDeliveredWhenItComes") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                Subscription subscription(Subscription subscription) {
                    return new ForwardingSubscription(subscription) {
                        @Override
                        public Subscription fetch(long events) {
                            return super.fetch(events + 1);
                        }
                    };
                }
            };
        }
    },
    LETS_A_SLOW_LISTENER_STOP_OTHERS("aSlowListenerDoesNotStopAFastOne") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            AtomicInteger count = new AtomicInteger();
            return new ForwardingTarget(sound) {
                @Override
                <T> Future<?> deliverAsync(TypedEvent<T> event, AsyncEventListener<T> listener) throws Exception {
                    Future<?> handled = super.deliverAsync(event, listener);
                    if (count.incrementAndGet() == 1) {
                        handled.toCompletionStage().toCompletableFuture().get(2, TimeUnit.SECONDS);
                    }
                    return handled;
                }
            };
        }
    },

    // ---- details and metadata

    SPOILS_UNICODE("detailsArriveUnchanged") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    return super.dispatchEvent(spoilt(event));
                }

                @SuppressWarnings("unchecked")
                private <T> TypedEvent<T> spoilt(TypedEvent<T> event) {
                    return event.detail() instanceof String text
                            ? event.with(event.type(), (T)
                                    new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII))
                            : event;
                }
            };
        }
    },
    HIDES_DETAILS_THAT_DO_NOT_DECODE("aDetailThatDoesNotDecodeIsReported") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return withErrors(sound, error -> !(error instanceof CodecException));
        }
    },
    DROPS_HEADERS("headersArriveUnchanged", "eachEventKeepsItsOwnMetadata") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    return super.dispatchEvent(event.withHeaders(Map.of()));
                }
            };
        }
    },
    CHANGES_IDS("idTimeAndSourceArriveUnchanged", "anEventHeardMayBePublishedOn") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            AtomicInteger count = new AtomicInteger();
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    return super.dispatchEvent(event.withId("event-no-" + count.incrementAndGet()));
                }
            };
        }
    },
    ROUNDS_TIMES("idTimeAndSourceArriveUnchanged") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    return super.dispatchEvent(
                            event.time() == null
                                    ? event
                                    : event.withTime(event.time().truncatedTo(ChronoUnit.MILLIS)));
                }
            };
        }
    },

    // ---- threads

    CALLS_OUTSIDE_THE_CONTEXT("aListenerIsCalledOnItsContext", "subscriptionsEndWithTheirVerticle") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public <T> Subscription addEventListener(
                        EventType<T> type, EventListener<T> listener, ListenerOptions options) {
                    return CompletableFuture.supplyAsync(() -> super.addEventListener(type, listener, options))
                            .join();
                }
            };
        }
    },
    CALLS_ON_ANOTHER_THREAD("outsideAContextThePublishersThreadCallsTheListener") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    return CompletableFuture.supplyAsync(() -> super.dispatchEvent(event))
                            .join();
                }
            };
        }
    },

    // ---- closing

    CLOSES_BEFORE_IT_HAS_DELIVERED("closeDeliversWhatWasAccepted") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> close() {
                    super.close();
                    return Future.succeededFuture();
                }
            };
        }
    },
    CLOSING_DROPS_WHAT_WAITS("closeDeliversWhatWasAccepted") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            List<Subscription> subscriptions = Collections.synchronizedList(new ArrayList<>());
            return new ForwardingTarget(sound) {
                @Override
                Subscription subscription(Subscription subscription) {
                    subscriptions.add(subscription);
                    return subscription;
                }

                @Override
                public Future<Void> close() {
                    List.copyOf(subscriptions).forEach(Subscription::close);
                    return super.close();
                }
            };
        }
    },
    ACCEPTS_EVENTS_AFTER_ITS_END("closeRefusesWhatComesAfterAtOnce", "aTargetMayBeOpenedAgain") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Future<Void> dispatchEvent(TypedEvent<?> event) {
                    return super.dispatchEvent(event).otherwiseEmpty();
                }
            };
        }
    },
    DOES_NOT_END_SUBSCRIPTIONS("closeEndsItsSubscriptions", "aClosedSubscriptionIsNotCalled") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                Subscription subscription(Subscription subscription) {
                    return new ForwardingSubscription(subscription) {
                        @Override
                        public Future<Void> ended() {
                            return io.vertx.core.Promise.<Void>promise().future();
                        }
                    };
                }
            };
        }
    },
    CLOSES_SUBSCRIPTIONS_WITHOUT_WAITING("closingASubscriptionWaitsForWhatItHandles") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                Subscription subscription(Subscription subscription) {
                    return new ForwardingSubscription(subscription) {
                        @Override
                        public Future<Void> close() {
                            super.close();
                            return Future.succeededFuture();
                        }
                    };
                }
            };
        }
    },

    DRAINS_NOTHING("drainingHandlesWhatWaits") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                Subscription subscription(Subscription subscription) {
                    return new ForwardingSubscription(subscription) {
                        @Override
                        public Future<Void> drain() {
                            return close();
                        }
                    };
                }
            };
        }
    },
    DRAINS_WHEN_IT_SHOULD_CLOSE("closingASubscriptionDropsWhatWaits", "closingASubscriptionWaitsForWhatItHandles") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                Subscription subscription(Subscription subscription) {
                    return new ForwardingSubscription(subscription) {
                        @Override
                        public Future<Void> close() {
                            return drain();
                        }
                    };
                }
            };
        }
    },

    // ---- capabilities

    CLAIMS_TO_DEDUPLICATE("anIdPublishedTwiceIsDeliveredOnce", "anIdPublishedByManyAtOnceIsDeliveredOnce") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return claiming(sound, Capability.DEDUPLICATED);
        }
    },
    CLAIMS_TO_CROSS_PROCESSES("otherProcessesHearAnEvent") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return claiming(sound, Capability.CROSS_PROCESS);
        }
    },
    GRANTS_WHAT_IT_DOES_NOT_CLAIM("whatIsNotClaimedIsRefused") {
        @Override
        TypedEventTarget in(TypedEventTarget sound) {
            return new ForwardingTarget(sound) {
                @Override
                public Set<Capability> capabilities() {
                    return Set.of(Capability.ORDERED);
                }
            };
        }
    };

    private final List<String> rules;

    Defect(String... rules) {
        this.rules = List.of(rules);
    }

    /** The rules that it breaks. */
    List<String> rules() {
        return rules;
    }

    /** Further options of the sound target. */
    String configuration() {
        return "";
    }

    /** Brings the defect into a sound target. */
    TypedEventTarget in(TypedEventTarget sound) {
        return sound;
    }

    private interface Change {
        ListenerOptions of(ListenerOptions options);
    }

    private static TypedEventTarget withOptions(TypedEventTarget sound, Change change) {
        return new ForwardingTarget(sound) {
            @Override
            ListenerOptions options(ListenerOptions options) {
                return change.of(options);
            }
        };
    }

    private static TypedEventTarget withErrors(TypedEventTarget sound, Predicate<EventTargetException> told) {
        return withOptions(sound, options -> {
            var onError = options.onError();
            return onError == null
                    ? options
                    : options.onError(error -> {
                        if (told.test(error)) {
                            onError.accept(error);
                        }
                    });
        });
    }

    private static TypedEventTarget claiming(TypedEventTarget sound, Capability capability) {
        return new ForwardingTarget(sound) {
            @Override
            public Set<Capability> capabilities() {
                Set<Capability> claimed = EnumSet.copyOf(super.capabilities());
                claimed.add(capability);
                return claimed;
            }

            @Override
            ListenerOptions options(ListenerOptions options) {
                return capability == Capability.REPLAY ? options.from(StartFrom.latest()) : options;
            }
        };
    }

    private static ListenerOptions copy(ListenerOptions options, boolean once, String group, EventType<?> deadLetter) {
        ListenerOptions copy = ListenerOptions.defaults()
                .from(options.from())
                .concurrency(options.concurrency())
                .buffer(options.buffer(), options.overflow())
                .retry(options.retry());
        copy = once ? copy.once() : copy;
        copy = group == null ? copy : copy.group(group);
        copy = deadLetter == null ? copy : copy.deadLetter(deadLetter.topic());
        return options.onError() == null ? copy : copy.onError(options.onError());
    }
}
