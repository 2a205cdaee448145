package dev.eventtarget.link;

import dev.eventtarget.CodecException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.FireAndForget;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.core.codec.FrameCodec;
import dev.eventtarget.link.frame.Control;
import dev.eventtarget.link.frame.Fields;
import dev.eventtarget.link.frame.FrameWriter;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.link.frame.Violation;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a hub knows of a spoke: its subscriptions with what waits for them, and its publications. It outlives its link where
 * that was agreed on. Touched only on its event loop.
 */
final class Session {
    private static final int SENT_IN_A_ROW = 64;

    /** What a message may need besides one event. */
    private static final int ROOM_FOR_SUBS = 64;

    /** So many large events may be asked for at once. */
    private static final int MOST_FETCHES = 64;

    private final Hub hub;
    private final Turns turns;
    private Peer peer;
    private final String id;
    private final Set<String> features;
    private final boolean acknowledges;
    private final FrameCodec codec;
    private final Publications publications;
    private final Map<Long, HubSubscription> subscriptions = new LinkedHashMap<>();

    /** Of a peer that does not acknowledge: by topic, in the order in which they were made. */
    private final Map<String, HubSubscription> plain = new LinkedHashMap<>();

    /** Those that have something waiting, and may have the credit to send it. */
    private final Deque<HubSubscription> congested = new ArrayDeque<>();

    /** Large events that the spoke has asked for. */
    private final Deque<LargeEvent> fetches = new ArrayDeque<>();

    private final List<Awaited> awaited = new ArrayList<>();
    private final Runnable sends = this::send;
    private HubOptions agreed;
    private @Nullable HubLink link;
    private @Nullable FrameWriter writer;
    private int queuedEvents;
    private long queuedBytes;
    private long plainNumbers;
    private boolean ended;
    private boolean due;
    private long losses;
    private long latest;
    private long attached;
    private long delivered;
    private long counted;

    private record LargeEvent(HubSubscription subscription, long number) {}

    private record Awaited(BooleanSupplier reached, Promise<Void> promise) {}

    Session(Hub hub, Turns turns, Peer peer, String id, Set<String> features, Publications publications) {
        this.hub = hub;
        this.agreed = hub.options();
        this.turns = turns;
        this.peer = peer;
        this.id = id;
        this.features = features;
        this.acknowledges = features.contains("ack");
        this.codec = features.contains("cbor") ? EventCodecs.cborFrames() : EventCodecs.jsonFrames();
        this.publications = publications;
    }

    String id() {
        return id;
    }

    Peer peer() {
        return peer;
    }

    Turns turns() {
        return turns;
    }

    Set<String> features() {
        return features;
    }

    Publications publications() {
        return publications;
    }

    boolean acknowledges() {
        return acknowledges;
    }

    FrameCodec codec() {
        return codec;
    }

    <T> Promise<T> promise() {
        return turns.context().promise();
    }

    int subscriptionCount() {
        return subscriptions.size() + plain.size();
    }

    long delivered() {
        return delivered;
    }

    int queuedEvents() {
        return queuedEvents;
    }

    // ---- the link

    @Nullable HubLink link() {
        return link;
    }

    /**
     * Whether it may go on over a link, which then is its latest one. What an earlier one says may come later, on another
     * event loop.
     *
     * @param link its number among those of the spoke; 0 where the spoke does not count
     */
    boolean isForLink(long link) {
        boolean isLater = link == 0 || link > latest;
        latest = Math.max(latest, link);
        return isLater;
    }

    /** Goes on over a link. */
    void attach(HubLink to, Peer now) {
        link = to;
        agreed = to.agreed();
        attached = System.nanoTime();
        peer = now;
        writer = to.writer();
    }

    /** Sends again what the spoke has not received. */
    void resume(long publicationsAcknowledged, Map<Long, Long> received) {
        recheck();
        publications.resume(publicationsAcknowledged);
        for (HubSubscription subscription : subscriptions.values()) {
            subscription.rewind(received.getOrDefault(subscription.number(), 0L));
            congest(subscription);
        }
        sendAtEnd();
    }

    /** Goes on without a link. */
    void detach() {
        losses++;
        fetches.clear();
        link = null;
        writer = null;
        checkAwaited();
    }

    /** How often it has lost its link. */
    long losses() {
        return losses;
    }

    /** Ends it, and what it has in the hub's target. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        link = null;
        writer = null;
        for (HubSubscription subscription : allSubscriptions()) {
            subscription.end(hub, false, false);
        }
        subscriptions.clear();
        plain.clear();
        congested.clear();
        publications.end();
        awaited.forEach(one -> one.promise.tryComplete());
        awaited.clear();
    }

    private List<HubSubscription> allSubscriptions() {
        List<HubSubscription> all = new ArrayList<>(subscriptions.values());
        all.addAll(plain.values());
        return all;
    }

    Violation violation(String what) {
        return new Violation(CloseReason.PROTOCOL, what);
    }

    // ---- frames from the spoke

    /** Completes when what follows may be read: an unconfirmed subscription must stand before. */
    Future<Void> control(String type, Fields detail) {
        switch (type) {
            case Control.SUBSCRIBE -> {
                Promise<Void> stand = promise();
                subscribe(detail, stand);
                return acknowledges() ? Future.succeededFuture() : stand.future();
            }
            case Control.UNSUBSCRIBE -> unsubscribe(detail);
            case Control.ACK -> {
                HubSubscription subscription = known(detail);
                if (subscription != null) {
                    subscription.acknowledge(detail.number("to", 0), detail.numbers("also"));
                    goOn(subscription);
                }
            }
            case Control.NACK -> {
                HubSubscription subscription = known(detail);
                if (subscription != null) {
                    String message = detail.optionalText("message");
                    subscription.refuse(detail.number("seq", 1), message == null ? "refused" : message);
                    goOn(subscription);
                }
            }
            case Control.RELEASE -> {
                HubSubscription subscription = known(detail);
                if (subscription != null) {
                    subscription.release(detail.numbers("seqs"));
                    checkAwaited();
                }
            }
            case Control.CREDIT -> {
                if (!features.contains("credit")) {
                    throw violation("$credit was not granted: ask for the feature \"credit\" in $hello");
                }
                HubSubscription subscription = known(detail);
                if (subscription != null) {
                    subscription.setCredit((int) Math.min(Integer.MAX_VALUE, detail.number("credit", 0)));
                    goOn(subscription);
                }
            }
            case Control.FLUSH -> {
                long number = detail.number("sub", 1);
                HubSubscription subscription = known(detail);
                Future<Void> flushed = subscription == null ? Future.succeededFuture() : subscription.flush();
                flushed.onComplete(done -> answer(Control.FLUSHED, Map.of("sub", number)));
            }
            case Control.LARGE -> {
                if (!features.contains(FrameWriter.LARGE)) {
                    throw violation("$large was not granted: ask for the feature \"large\" in $hello");
                }
                publications.announced(detail.text("type"));
            }
            case Control.FETCH -> {
                if (fetches.size() == MOST_FETCHES) {
                    throw new Violation(
                            CloseReason.OVER_LIMIT,
                            "There may be " + MOST_FETCHES + " $fetch open at once, and not more");
                }
                HubSubscription subscription = known(detail);
                if (subscription != null) {
                    fetches.add(new LargeEvent(subscription, detail.number("seq", 1)));
                    sendAtEnd();
                }
            }
            case Control.SKIP -> publications.skip(detail.number("count", 1));
            default -> throw violation("there is no frame " + type + " in this version of the protocol");
        }
        return Future.succeededFuture();
    }

    private @Nullable HubSubscription known(Fields detail) {
        if (!acknowledges()) {
            throw violation(detail.frame() + " was not granted: ask for the feature \"ack\" in $hello");
        }
        return subscriptions.get(detail.number("sub", 1));
    }

    private void goOn(HubSubscription subscription) {
        congest(subscription);
        sendAtEnd();
        checkAwaited();
    }

    // ---- subscriptions

    private void subscribe(Fields detail, Promise<Void> stand) {
        if (!acknowledges()) {
            Future.join(detail.texts("types").stream().map(this::subscribePlain).toList())
                    .onComplete(done -> stand.complete());
            return;
        }
        long number = detail.number("sub", 1);
        HubSubscription known = subscriptions.get(number);
        if (known != null) {
            if (known.isReady()) {
                answer(Control.SUBSCRIBED, Map.of("sub", number));
            }
            return;
        }
        SubscribeRequest request;
        try {
            request = SubscribeRequest.of(detail, this, hub.options(), hub.isInProcess());
        } catch (IllegalArgumentException | EventTargetException e) {
            refuse(number, e);
            return;
        }
        checkCount();
        HubSubscription added = new HubSubscription(this, number, request.type(), request.options(), request.credit());
        subscriptions.put(number, added);
        listen(added, request.needsItsOwn()).onComplete(listening -> {
            if (subscriptions.get(number) != added) {
                return;
            }
            if (listening.succeeded()) {
                answer(Control.SUBSCRIBED, Map.of("sub", number));
            } else {
                subscriptions.remove(number);
                added.end(hub, false, false);
                refuse(number, listening.cause());
            }
        });
    }

    private Future<Void> listen(HubSubscription added, boolean alone) {
        try {
            return alone ? added.listen(hub.target()) : added.listen(hub);
        } catch (IllegalArgumentException | EventTargetException e) {
            return Future.failedFuture(e);
        }
    }

    EventType<EncodedDetail> permitted(String topic) {
        EventType<EncodedDetail> type = EventType.of(topic, EncodedDetail.class);
        if (!hub.options().authorizer().maySubscribe(peer, type)) {
            throw new UnauthorizedException("To subscribe to " + topic + " is not allowed for " + peer);
        }
        return type;
    }

    /** Ends what its peer may not have any more. */
    void recheck() {
        for (HubSubscription one : List.copyOf(subscriptions.values())) {
            if (!one.isEnding() && !mayHave(one)) {
                subscriptions.remove(one.number(), one);
                one.end(hub, false, false);
                refuse(one.number(), lost(one));
            }
        }
        checkAwaited();
        HubLink open = link;
        if (open != null) {
            plain.values().stream()
                    .filter(one -> !mayHave(one))
                    .findFirst()
                    .ifPresent(one -> open.fail(
                            CloseReason.UNAUTHORIZED, String.valueOf(lost(one).getMessage())));
        }
    }

    private boolean mayHave(HubSubscription subscription) {
        Authorizer authorizer = hub.options().authorizer();
        EventType<?> deadLetter = subscription.options().deadLetter();
        return authorizer.maySubscribe(peer, subscription.type())
                && (deadLetter == null || authorizer.mayPublish(peer, deadLetter));
    }

    private UnauthorizedException lost(HubSubscription subscription) {
        return new UnauthorizedException(
                "To listen to " + subscription.type().topic() + " is not allowed for " + peer + " any more");
    }

    private void checkCount() {
        if (subscriptionCount() >= agreed.maxSubscriptions()) {
            throw new Violation(
                    CloseReason.OVER_LIMIT,
                    "There may be " + agreed.maxSubscriptions() + " subscriptions, and not more");
        }
    }

    private void refuse(long number, Throwable error) {
        hub.counters().refused().increment();
        answer(
                Control.ERROR,
                Map.of("sub", number, "reason", reason(error), "message", String.valueOf(error.getMessage())));
    }

    static String reason(Throwable error) {
        return error instanceof EventTargetException known
                ? known.reason().name().toLowerCase(Locale.ROOT)
                : error instanceof IllegalArgumentException ? "protocol" : "transport";
    }

    private Future<Void> subscribePlain(String topic) {
        if (plain.containsKey(topic)) {
            return Future.succeededFuture();
        }
        EventType<EncodedDetail> type;
        try {
            type = permitted(topic);
        } catch (UnauthorizedException e) {
            throw new Violation(CloseReason.UNAUTHORIZED, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw violation("'" + topic + "' is no type nor pattern: " + e.getMessage());
        }
        checkCount();
        HubSubscription added = new HubSubscription(
                this,
                ++plainNumbers,
                type,
                ListenerOptions.defaults().onError(Hub::report).concurrency(ListenerOptions.DEFAULT_BUFFER),
                Integer.MAX_VALUE);
        plain.put(topic, added);
        return listen(added, hub.options().slowSpokes() == SlowSpokePolicy.PAUSE)
                .onFailure(error -> {
                    HubLink failed = link;
                    if (failed != null) {
                        failed.fail(
                                CloseReason.INTERNAL,
                                "The subscription to " + topic + " failed: " + error.getMessage());
                    }
                });
    }

    private void unsubscribe(Fields detail) {
        if (!acknowledges()) {
            for (String topic : detail.texts("types")) {
                HubSubscription removed = plain.remove(topic);
                if (removed != null) {
                    removed.end(hub, false, false);
                }
            }
            return;
        }
        long number = detail.number("sub", 1);
        HubSubscription subscription = subscriptions.get(number);
        Map<String, Object> answer = Map.of("sub", number);
        if (subscription == null) {
            answer(Control.UNSUBSCRIBED, answer);
            return;
        }
        if (!subscription.isEnding()) {
            subscription
                    .end(hub, detail.flag("finish"), detail.flag("drain"))
                    .onComplete(over -> turns.post(() -> {
                        if (subscriptions.remove(number, subscription)) {
                            subscription.forget();
                            checkAwaited();
                            answer(Control.UNSUBSCRIBED, answer);
                        }
                    }));
        }
    }

    // ---- events for the spoke

    /** Takes an event for all subscriptions of an audience. */
    void offer(Feed.Audience audience, Outgoing frame) {
        HubSubscription[] all = audience.subscriptions();
        if (!encodes(frame)) {
            for (HubSubscription subscription : all) {
                subscription.missed();
                congest(subscription);
            }
            return;
        }
        if (all.length == 1) {
            offer(all[0], frame.unconfirmed());
            return;
        }
        if (sendsAsDatagram(audience.prefix(), frame)) {
            return;
        }
        FrameWriter to = writer;
        if (to == null
                || !acknowledges()
                || to.isLarge(frame.frame(codec()))
                || !to.isWritable()
                || !congested.isEmpty()
                || !areFree(all)
                || isFull(frame.unconfirmed())) {
            for (HubSubscription subscription : all) {
                offer(subscription, frame.unconfirmed());
            }
            return;
        }
        to.write(audience.prefix(), frame.frame(codec()));
        for (HubSubscription subscription : all) {
            take(frame.unconfirmed());
            subscription.wrote(frame.unconfirmed());
        }
        delivered += all.length;
        sendAtEnd();
    }

    private static boolean areFree(HubSubscription[] all) {
        for (HubSubscription subscription : all) {
            if (!subscription.isFree()) {
                return false;
            }
        }
        return true;
    }

    /** Whether an event can be sent at all. */
    private boolean encodes(Outgoing frame) {
        try {
            int bytes = frame.frame(codec()).length;
            if (bytes <= agreed.maxMessage() - ROOM_FOR_SUBS) {
                return true;
            }
            Hub.report(new CodecException("An event of " + bytes + " bytes does not fit into a message"));
            return false;
        } catch (CodecException e) {
            Hub.report(e);
            return false;
        }
    }

    /** Takes an event for one subscription. */
    void offer(HubSubscription subscription, Delivery delivery) {
        if (delivery.outcome() != null && !encodes(delivery.frame())) {
            delivery.outcome().fail(new CodecException("The event can't be sent to a spoke"));
            return;
        }
        if (!acknowledges()
                && plain.size() > 1
                && !isFirst(subscription, delivery.frame().event())) {
            return;
        }
        if (delivery.outcome() == null && sendsAsDatagram(subscription.prefix(), delivery.frame())) {
            return;
        }
        FrameWriter to = writer;
        boolean full = delivery.outcome() == null && isFull(delivery);
        if (to != null && !full && subscription.isFree() && congested.isEmpty() && to.isWritable()) {
            take(delivery);
            write(subscription, delivery);
            sendAtEnd();
            return;
        }
        if (full && !makeRoom(subscription)) {
            return;
        }
        take(delivery);
        subscription.await(delivery);
        congest(subscription);
        if (to != null) {
            sendAtEnd();
        }
    }

    /** An event that may be lost has no number, and none waits for it. */
    private boolean sendsAsDatagram(byte[] prefix, Outgoing frame) {
        FrameWriter to = writer;
        if (to == null
                || !features.contains(FrameWriter.DATAGRAM)
                || !FireAndForget.isMarked(frame.event())
                || !to.sendDatagram(prefix, frame.frame(codec()))) {
            return false;
        }
        delivered++;
        sendAtEnd();
        return true;
    }

    /** A peer without numbers gets an event once, through the first of its subscriptions that matches. */
    private boolean isFirst(HubSubscription subscription, TypedEvent<?> event) {
        for (HubSubscription one : plain.values()) {
            if (one.type().matches(event.type())) {
                return one == subscription;
            }
        }
        return true;
    }

    private boolean isFull(Delivery more) {
        return queuedEvents >= hub.options().maxQueuedEvents()
                || queuedEvents > 0 && queuedBytes + size(more) > hub.options().maxQueuedBytes();
    }

    private long size(Delivery delivery) {
        return delivery.frame().frame(codec()).length;
    }

    /** Whether there is room for one more event of a subscription, by leaving out others. */
    private boolean makeRoom(HubSubscription subscription) {
        HubLink slow = link;
        if (slow != null && hub.options().slowSpokes() == SlowSpokePolicy.DISCONNECT && !isCatchingUp()) {
            hub.counters().slow().increment();
            slow.fail(
                    CloseReason.SLOW_CONSUMER,
                    queuedEvents + " events and " + queuedBytes
                            + " bytes wait for this link: take them faster, or listen to less");
            return false;
        }
        hub.counters().dropped().increment();
        if (subscription.dropOldest()
                || allSubscriptions().stream()
                        .max(Comparator.comparingInt(HubSubscription::deliveriesWaiting))
                        .filter(HubSubscription::dropOldest)
                        .isPresent()) {
            return true;
        }
        subscription.missed();
        congest(subscription);
        return false;
    }

    /** Whether it has come back a short while ago, to a line that had grown meanwhile. */
    private boolean isCatchingUp() {
        return losses > 0
                && System.nanoTime() - attached < hub.options().sessionTimeout().toNanos();
    }

    private void take(Delivery delivery) {
        queuedEvents++;
        queuedBytes += size(delivery);
    }

    /** An event is acknowledged, left out, or given back. */
    void gone(Delivery delivery) {
        queuedEvents--;
        queuedBytes -= size(delivery);
    }

    /** Writes an event that was taken. */
    void write(HubSubscription subscription, Delivery delivery) {
        FrameWriter to = Objects.requireNonNull(writer);
        byte[] frame = delivery.frame().frame(codec());
        if (to.isLarge(frame)) {
            to.control(Control.LARGE, Map.of("sub", subscription.number()));
        } else if (acknowledges()) {
            to.write(subscription.prefix(), frame);
        } else {
            to.write(frame);
        }
        subscription.wrote(delivery);
        delivered++;
    }

    void tellGap(HubSubscription subscription, long missed) {
        if (acknowledges()) {
            long number = subscription.number();
            answer(Control.GAP, missed == 0 ? Map.of("sub", number) : Map.of("sub", number, "missed", missed));
        }
    }

    private void congest(HubSubscription subscription) {
        if (!subscription.isListed() && subscription.canSend()) {
            subscription.list(true);
            congested.add(subscription);
        }
    }

    /** Sends what waits for a subscription, if it can. */
    void sendWaiting(HubSubscription subscription) {
        congest(subscription);
        sendAtEnd();
    }

    /** The link takes more. */
    void writable() {
        sendAtEnd();
    }

    private void pump() {
        FrameWriter to = writer;
        while (to != null && to.isWritable() && !fetches.isEmpty()) {
            LargeEvent next = fetches.remove();
            Delivery delivery = next.subscription.unacknowledged(next.number);
            if (delivery != null) {
                to.sendAside(
                        next.subscription.number(),
                        next.number,
                        delivery.frame().frame(codec()));
            }
        }
        while (to != null && to.isWritable() && !congested.isEmpty()) {
            HubSubscription next = congested.remove();
            for (int i = 0; i < SENT_IN_A_ROW && next.canSend() && to.isWritable(); i++) {
                next.sendNext();
            }
            next.list(false);
            congest(next);
            to = writer;
        }
    }

    /** What is to be sent, at the end of a turn. */
    void send() {
        due = false;
        pump();
        FrameWriter to = writer;
        if (to == null || to.isWritable()) {
            // else later, all at once
            publications.acknowledge();
        }
        if (counted < delivered) {
            hub.counters().delivered().add(delivered - counted);
            counted = delivered;
        }
        if (to != null) {
            to.flush();
        }
    }

    void answer(String type, Map<String, ?> detail) {
        FrameWriter to = writer;
        if (to != null) {
            to.control(type, detail);
            sendAtEnd();
        }
    }

    void sendAtEnd() {
        if (!due) {
            due = true;
            turns.atEnd(sends);
        }
    }

    // ---- waiting

    /** Completes a promise as soon as something is so. */
    void when(BooleanSupplier reached, Promise<Void> promise) {
        if (ended || reached.getAsBoolean()) {
            promise.tryComplete();
        } else {
            awaited.add(new Awaited(reached, promise));
        }
    }

    void checkAwaited() {
        if (!awaited.isEmpty()) {
            List<Awaited> now =
                    awaited.stream().filter(one -> one.reached.getAsBoolean()).toList();
            awaited.removeAll(now);
            now.forEach(one -> one.promise.tryComplete());
        }
    }

    /** Completes when all that waits is sent, publications have their outcomes, and groups' events are acknowledged. */
    Future<Void> drained() {
        Promise<Void> drained = promise();
        when(
                () -> publications.isSettled()
                        && (link == null || allSubscriptions().stream().allMatch(HubSubscription::isDrained)),
                drained);
        return drained.future();
    }
}
