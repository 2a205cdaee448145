package dev.eventtarget.link.spoke;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.Capability;
import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.Health;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.UnsupportedCapabilityException;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.core.Reconnector;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.core.codec.FrameCodec;
import dev.eventtarget.link.frame.Asides;
import dev.eventtarget.link.frame.Control;
import dev.eventtarget.link.frame.Fields;
import dev.eventtarget.link.frame.FrameWriter;
import dev.eventtarget.link.frame.LoneEvent;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.link.frame.Violation;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A spoke's session with its hub, over one link after another. On the spoke's event loop, but for what says otherwise.
 */
final class HubConnection {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final long TICK_MILLIS = 100;
    private static final long GOODBYE_MILLIS = 3000;

    /** Before the first attempt to come back: a hub that closes has gone then, and not all its spokes come at once. */
    private static final long LEAST_RETURN_MILLIS = 20;

    private static final long MOST_RETURN_MILLIS = 80;

    private static final int MOST_UNACKNOWLEDGED = 4096;

    /** Milliseconds that a listener's thread is given to let go of what waits. */
    private static final int PATIENCE = 200;

    private final Vertx vertx;
    private final SpokeSettings settings;
    private final String address;
    private final Connector connector;
    private final Turns turns;
    private final Outbox outbox;
    private final Runnable connected;
    private final HubPresence presence;
    private final Reconnector reconnector;
    private final String producer = UUID.randomUUID().toString();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, SpokeSubscription> subscriptions = new LinkedHashMap<>();
    private final AtomicLong buffered = new AtomicLong();
    private final Asides asides = new Asides((sub, number) -> say(Control.FETCH, Map.of("sub", sub, "seq", number)));

    private final long ticker;
    private int receivedSince;

    /** How many links there were. */
    private long links;

    /** So many events of all subscriptions: a part of what the hub may keep for this spoke. */
    private volatile int acknowledgedEvery = MOST_UNACKNOWLEDGED;

    private @Nullable Conversation current;
    private @Nullable String session;
    private boolean closed;

    /**
     * Makes one.
     *
     * @param connected is told whenever a hub has welcomed this spoke
     * @param disconnected is told when a link is lost or can't be made, once until there is one
     */
    HubConnection(
            Vertx vertx,
            SpokeSettings settings,
            String address,
            Connector connector,
            Turns turns,
            Outbox outbox,
            Runnable connected,
            Consumer<Throwable> disconnected) {
        this.vertx = vertx;
        this.settings = settings;
        this.address = address;
        this.connector = connector;
        this.turns = turns;
        this.outbox = outbox;
        this.connected = connected;
        this.presence = new HubPresence(address, settings.publishTimeout(), disconnected);
        this.reconnector = new Reconnector(vertx, HubConnection::isHopeless);
        this.ticker = vertx.setPeriodic(TICK_MILLIS, id -> turns.post(this::tick));
    }

    private static boolean isHopeless(Throwable error) {
        return error instanceof UnauthorizedException
                || error instanceof ConfigurationException
                || error instanceof UnsupportedCapabilityException
                || error instanceof ClosedException;
    }

    // ---- the link

    /** From any thread. */
    void connect() {
        reconnector.<Void>connect(this::attempt).onFailure(error -> turns.post(() -> fail(error)));
    }

    private Future<Void> attempt() {
        Promise<Void> welcomed = Promise.promise();
        turns.post(() -> {
            if (closed) {
                welcomed.fail(new ClosedException(address + " is closed"));
                return;
            }
            connector
                    .connect(turns.context())
                    .onComplete(opened -> turns.post(() -> {
                        if (opened.failed()) {
                            noteLoss(opened.cause());
                            welcomed.fail(opened.cause());
                        } else if (closed) {
                            opened.result().close(CloseReason.BYE, "closed");
                            welcomed.fail(new ClosedException(address + " is closed"));
                        } else {
                            current = new Conversation(opened.result(), welcomed);
                            current.begin();
                        }
                    }));
        });
        return welcomed.future();
    }

    private void noteLoss(Throwable error) {
        if (!closed) {
            presence.lost(error, isHopeless(error));
        }
    }

    /** From any thread. */
    Health health() {
        return presence.health();
    }

    private void fail(Throwable error) {
        if (closed) {
            return;
        }
        EventTargetException known = error instanceof EventTargetException own
                ? own
                : new EventTargetException(
                        EventTargetException.Reason.TRANSPORT,
                        false,
                        "The link to " + address + " failed: " + error,
                        error);
        presence.givenUp(known);
        outbox.fail(known);
        for (SpokeSubscription one : List.copyOf(subscriptions.values())) {
            one.refused(known);
            one.flushed();
        }
        subscriptions.clear();
    }

    private void tick() {
        long now = System.nanoTime();
        outbox.failLate(now);
        acknowledgeAll();
        Conversation open = current;
        if (open != null) {
            open.tick(now);
        }
    }

    /** So that the hub keeps no more than need be, however many subscriptions there are. */
    private void acknowledgeAll() {
        receivedSince = 0;
        for (SpokeSubscription one : subscriptions.values()) {
            if (one.hasMoreToTell()) {
                acknowledge(one);
            }
        }
    }

    // ---- subscriptions

    /** From any thread. */
    SpokeSubscription subscription(ListenerSubscription listener) {
        return new SpokeSubscription(
                numbers.incrementAndGet(),
                listener,
                turns,
                this::acknowledge,
                buffered,
                settings.claims(Capability.REPLAY),
                () -> acknowledgedEvery);
    }

    /** From any thread. */
    void subscribe(SpokeSubscription added) {
        turns.post(() -> {
            EventTargetException failed = presence.failure();
            if (failed != null) {
                added.refused(failed);
                return;
            }
            subscriptions.put(added.number(), added);
            say(Control.SUBSCRIBE, added.request());
        });
    }

    /** From any thread. */
    void unsubscribe(SpokeSubscription leaving) {
        turns.post(() -> {
            if (subscriptions.containsKey(leaving.number()) && !leaving.isEnding()) {
                leaving.end();
                if (leaving.isGrouped()) {
                    say(Control.CREDIT, Map.of("sub", leaving.number(), "credit", 0));
                    leave(leaving, PATIENCE);
                } else {
                    sayUnsubscribe(leaving);
                }
            }
        });
    }

    /**
     * Leaves a group: with what the listener gives back in the same message, so that the others get it in order. If the
     * listener's thread is busy, that comes later.
     */
    private void leave(SpokeSubscription member, int patience) {
        if (member.hasGivenBack() || patience == 0) {
            member.leave();
            sayUnsubscribe(member);
            member.account();
            acknowledge(member);
        } else {
            vertx.setTimer(1, id -> turns.post(() -> leave(member, patience - 1)));
        }
    }

    private void sayUnsubscribe(SpokeSubscription leaving) {
        say(
                Control.UNSUBSCRIBE,
                leaving.isGrouped()
                        ? Map.of("sub", leaving.number(), "finish", true)
                        : Map.of("sub", leaving.number()));
    }

    private void acknowledge(SpokeSubscription subscription) {
        Conversation open = current;
        if (open != null) {
            open.readAgain();
        }
        if (!subscriptions.containsKey(subscription.number()) || subscription.isEnding() && !subscription.isGrouped()) {
            return;
        }
        if (subscription.isLeaving()) {
            List<Long> released = subscription.released();
            if (!released.isEmpty()) {
                say(Control.RELEASE, Map.of("sub", subscription.number(), "seqs", released));
            }
        } else if (subscription.holdsBack()) {
            return;
        }
        say(Control.ACK, subscription.acknowledgement());
    }

    private void say(String type, Map<String, ?> detail) {
        Conversation open = current;
        if (open != null && open.welcomed) {
            open.writer.control(type, detail);
            turns.atEnd(open.flush);
        }
    }

    // ---- flushing

    /** From any thread: has all listeners catch up. */
    Future<Void> flush() {
        Promise<Void> flushed = Promise.promise();
        turns.post(() -> {
            List<Future<Void>> all = new ArrayList<>();
            for (SpokeSubscription one : subscriptions.values()) {
                all.add(flushNow(one));
            }
            Future.join(all).onComplete(done -> flushed.complete());
        });
        return flushed.future();
    }

    /** From any thread. */
    Future<Void> flush(SpokeSubscription subscription) {
        Promise<Void> flushed = Promise.promise();
        turns.post(() -> flushNow(subscription).onComplete(flushed));
        return flushed.future();
    }

    private Future<Void> flushNow(SpokeSubscription subscription) {
        Conversation open = current;
        if (open == null || !open.welcomed || !subscriptions.containsKey(subscription.number())) {
            return Future.succeededFuture();
        }
        Future<Void> flushed = subscription.flush();
        say(Control.FLUSH, Map.of("sub", subscription.number()));
        return flushed;
    }

    // ---- the end

    /** From any thread: says goodbye. */
    Future<Void> close() {
        Promise<Void> done = Promise.promise();
        turns.post(() -> {
            closed = true;
            vertx.cancelTimer(ticker);
            outbox.fail(new ClosedException(address + " is closed"));
            Conversation open = current;
            if (open == null) {
                done.complete();
            } else {
                open.leave().onComplete(left -> done.tryComplete());
                vertx.setTimer(
                        GOODBYE_MILLIS,
                        id -> turns.post(() -> {
                            open.close(CloseReason.BYE, "bye");
                            done.tryComplete();
                        }));
            }
        });
        return done.future().eventually(connector::close);
    }

    /** What is said over one link. */
    private final class Conversation implements Link.Handler, FrameCodec.Reader {
        private final Link link;
        private final Promise<Void> outcome;
        private final Promise<Void> over = Promise.promise();
        private final FrameWriter writer;
        private final Runnable flush = this::flush;
        private final long begun = System.nanoTime();
        private boolean binary;
        private boolean welcomed;
        private boolean ended;
        private boolean held;
        private long heartbeat = Long.MAX_VALUE / 4;
        private long heard = begun;
        private long said = begun;

        /** When the hub was first asked for a sign of life since it was heard; not behind that if it was not. */
        private long asked = begun;

        Conversation(Link link, Promise<Void> outcome) {
            this.link = link;
            this.outcome = outcome;
            this.writer = new FrameWriter(link, EventCodecs.jsonFrames());
        }

        void begin() {
            link.handler(this);
            Map<String, Object> hello = new LinkedHashMap<>();
            hello.put("version", 1);
            List<String> features = new ArrayList<>(List.of("ack", "credit", "resume", "batch"));
            if (settings.codec() == EventCodecs.cborFrames()) {
                features.add("cbor");
            }
            if (link.largeFrom() < Integer.MAX_VALUE) {
                features.add(FrameWriter.LARGE);
            }
            if (link.maxDatagram() > 0) {
                features.add(FrameWriter.DATAGRAM);
            }
            hello.put("features", features);
            hello.put("producer", producer);
            hello.put("next", outbox.next());
            hello.put("link", ++links);
            if (session != null) {
                hello.put("session", session);
                hello.put("acked", outbox.confirmed());
                hello.put("subs", SpokeSubscription.received(subscriptions.values()));
            }
            writer.control(Control.HELLO, hello);
            writer.flush();
        }

        private void flush() {
            said = System.nanoTime();
            writer.flush();
        }

        // ---- frames

        @Override
        public void received(byte[] message, boolean text) {
            if (ended) {
                return;
            }
            heard = System.nanoTime();
            try {
                FrameCodec codec = text ? EventCodecs.jsonFrames() : EventCodecs.cborFrames();
                if (!text && !binary) {
                    throw new Violation(CloseReason.PROTOCOL, "CBOR was not agreed on");
                }
                codec.read(message, Integer.MAX_VALUE, this);
            } catch (Violation e) {
                wrong(e.reason(), e.text());
            } catch (CodecException e) {
                wrong(CloseReason.MALFORMED, String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void aside(long sub, long number, byte[] frame) {
            SpokeSubscription subscription = subscriptions.get(sub);
            if (ended || subscription == null) {
                return;
            }
            heard = System.nanoTime();
            try {
                asides.arrived(sub, number, frame);
            } catch (Violation e) {
                wrong(e.reason(), e.text());
            } catch (CodecException e) {
                wrong(CloseReason.MALFORMED, String.valueOf(e.getMessage()));
            }
        }

        private void announced(SpokeSubscription subscription) {
            long number = subscription.announced();
            asides.announced(
                    subscription.number(),
                    number,
                    frame -> subscription.arrived(
                            number, LoneEvent.read(settings.codec(), frame).event()));
            received();
        }

        @Override
        public void datagram(byte[] frame) {
            if (ended || !welcomed || buffered.get() > settings.maxBuffered()) {
                return;
            }
            heard = System.nanoTime();
            try {
                LoneEvent lone = LoneEvent.read(settings.codec(), frame);
                for (long number : lone.subs()) {
                    SpokeSubscription subscription = subscriptions.get(number);
                    if (subscription != null && !subscription.isGrouped()) {
                        subscription.deliverUnnumbered(lone.event());
                    }
                }
            } catch (CodecException e) {
                wrong(CloseReason.MALFORMED, "A datagram: " + e.getMessage());
            }
        }

        private void wrong(CloseReason reason, String message) {
            LOG.warn("{}: the hub does not keep to the protocol, {}: {}", address, reason.wireName(), message);
            writer.control(Control.ERROR, Map.of("reason", reason.wireName(), "message", message));
            flush();
            session = null;
            close(reason, message);
        }

        @Override
        public void event(TypedEvent<EncodedDetail> event, long[] subs) {
            if (ended) {
                return;
            }
            for (long number : subs) {
                SpokeSubscription subscription = subscriptions.get(number);
                if (subscription != null) {
                    subscription.deliver(event);
                }
            }
            received();
        }

        private void received() {
            receivedSince++;
            if (receivedSince == acknowledgedEvery) {
                turns.post(HubConnection.this::acknowledgeAll);
            }
            if (!held && buffered.get() > settings.maxBuffered()) {
                held = true;
                link.pause();
            }
        }

        void readAgain() {
            if (held && buffered.get() <= settings.maxBuffered() / 2) {
                held = false;
                link.resume();
            }
        }

        @Override
        public void malformed(CodecException error) {
            throw new Violation(CloseReason.MALFORMED, String.valueOf(error.getMessage()));
        }

        @Override
        public void control(String type, JsonNode detail) {
            if (ended) {
                return;
            }
            Fields fields = new Fields(type, detail);
            switch (type) {
                case Control.WELCOME -> welcome(fields);
                case Control.SUBSCRIBED -> known(fields, SpokeSubscription::subscribed);
                case Control.UNSUBSCRIBED -> {
                    SpokeSubscription gone = subscriptions.remove(fields.number("sub", 1));
                    if (gone != null) {
                        asides.forget(gone.number());
                        gone.flushed();
                    }
                }
                case Control.LARGE -> known(fields, this::announced);
                case Control.FETCH -> outbox.fetch(fields.number("seq", 1));
                case Control.ACK -> outbox.confirm(fields.number("to", 0));
                case Control.NACK -> outbox.refused(fields.number("seq", 1), refusal(fields));
                case Control.GAP ->
                    known(
                            fields,
                            one -> one.gap(
                                    fields.has("missed")
                                            ? fields.number("missed", 1) + " events did not fit into the hub's queues"
                                            : "Events did not fit into the hub's queues"));
                case Control.FLUSHED -> known(fields, SpokeSubscription::flushed);
                case Control.PING -> {
                    writer.control(Control.PONG, Map.of());
                    turns.atEnd(flush);
                }
                case Control.ERROR -> error(fields);
                case Control.BYE -> close(CloseReason.BYE, "the hub has said goodbye");
                default -> {} // a later version's
            }
        }

        private void known(Fields fields, Consumer<SpokeSubscription> action) {
            SpokeSubscription subscription = subscriptions.get(fields.number("sub", 1));
            if (subscription != null) {
                action.accept(subscription);
            }
        }

        private EventTargetException refusal(Fields fields) {
            String message = fields.optionalText("message");
            return Refusals.of(fields.text("reason"), message == null ? "no" : message, fields.flag("retryable"));
        }

        private void error(Fields fields) {
            if (fields.has("sub")) {
                SpokeSubscription refused = subscriptions.remove(fields.number("sub", 1));
                if (refused != null) {
                    asides.forget(refused.number());
                    refused.refused(refusal(fields));
                }
                return;
            }
            String reason = fields.text("reason");
            String message = String.valueOf(fields.optionalText("message"));
            over(CloseReason.ofWireName(reason).orElse(CloseReason.INTERNAL), message);
        }

        // ---- introduction

        private void welcome(Fields welcome) {
            if (welcomed) {
                throw new Violation(CloseReason.PROTOCOL, "there was a $welcome before");
            }
            Welcome agreed;
            try {
                agreed = Welcome.of(welcome, settings, address);
            } catch (EventTargetException e) {
                end(e);
                link.close(CloseReason.BYE, "not what is needed");
                return;
            }
            welcomed = true;
            binary = agreed.binary();
            heartbeat = agreed.heartbeatNanos();
            writer.agreed(settings.codec(), !binary, agreed.maxBatch(), agreed.maxMessage());
            writer.agreed(agreed.features());
            acknowledgedEvery = (int) Math.max(1, Math.min(MOST_UNACKNOWLEDGED, agreed.maxQueued() / 4));
            session = agreed.session();
            presence.found();
            connected.run();
            if (agreed.resumed()) {
                outbox.resume(writer, agreed.maxMessage(), agreed.received());
                asides.resume();
                subscriptions.values().forEach(this::repeat);
            } else {
                asides.forget(null);
                subscriptions.values().removeIf(one -> {
                    one.restart(agreed.persistent(), agreed.replays(), agreed.positions());
                    return one.isEnding();
                });
                subscriptions.values().forEach(one -> say(Control.SUBSCRIBE, one.request()));
                outbox.restart(writer, agreed.maxMessage());
            }
            turns.atEnd(flush);
            outcome.tryComplete();
        }

        /** Says again what may have been lost with the link before. */
        private void repeat(SpokeSubscription one) {
            one.tellAgain();
            if (!one.isAnswered()) {
                say(Control.SUBSCRIBE, one.request());
            }
            if (one.isEnding() && (one.isLeaving() || !one.isGrouped())) {
                sayUnsubscribe(one);
            }
            acknowledge(one);
            if (one.isFlushing()) {
                say(Control.FLUSH, Map.of("sub", one.number()));
            }
        }

        // ---- the link's state

        @Override
        public void writable() {
            if (welcomed && !ended) {
                outbox.send();
            }
        }

        @Override
        public void alive() {
            heard = System.nanoTime();
        }

        void tick(long now) {
            if (held) {
                // nothing is heard, as nothing is read
                heard = now;
            }
            boolean isAsked = asked - heard > 0;
            if (!welcomed) {
                if (now - begun > settings.connectTimeout().toNanos()) {
                    close(CloseReason.TIMEOUT, "There was no $welcome within " + settings.connectTimeout());
                }
            } else if (now - heard > 2 * heartbeat && isAsked && now - asked > heartbeat) {
                close(CloseReason.TIMEOUT, "The hub has said nothing for too long");
            } else if (now - said > heartbeat || now - heard > heartbeat) {
                writer.control(Control.PING, Map.of());
                flush();
                asked = isAsked ? asked : now;
            }
        }

        // ---- the end

        /** Says that nothing more will come, and waits for the hub to close. */
        Future<Void> leave() {
            if (!ended && welcomed) {
                writer.control(Control.BYE, Map.of());
                flush();
            } else {
                close(CloseReason.BYE, "bye");
            }
            return over.future();
        }

        void close(CloseReason reason, String message) {
            if (!ended) {
                link.close(reason, message);
                over(reason == CloseReason.BYE || reason == CloseReason.TIMEOUT ? null : reason, message);
            }
        }

        @Override
        public void closed(@Nullable CloseReason reason, String message) {
            over(reason, message);
        }

        private void over(@Nullable CloseReason reason, String message) {
            if (ended) {
                return;
            }
            boolean isFinal = reason != null && reason.isFinal();
            String what = reason == null ? message : reason.wireName() + ": " + message;
            end(
                    reason == CloseReason.UNAUTHORIZED
                            ? new UnauthorizedException(address + " says: " + message)
                            : isFinal
                                    ? new ConfigurationException(address + " does not want this spoke, " + what)
                                    : new NotConnectedException("The link to " + address + " is gone: " + what));
        }

        private void end(EventTargetException error) {
            ended = true;
            writer.close();
            outbox.detach();
            current = null;
            over.tryComplete();
            for (SpokeSubscription one : subscriptions.values()) {
                if (closed) {
                    one.flushed();
                }
            }
            if (outcome.tryFail(error)) {
                noteLoss(error);
            } else if (!closed) {
                noteLoss(error);
                if (isHopeless(error)) {
                    fail(error);
                } else {
                    vertx.setTimer(
                            ThreadLocalRandom.current().nextLong(LEAST_RETURN_MILLIS, MOST_RETURN_MILLIS),
                            id -> connect());
                }
            }
        }
    }
}
