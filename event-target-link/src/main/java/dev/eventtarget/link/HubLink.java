package dev.eventtarget.link;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.CodecException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.core.codec.FrameCodec;
import dev.eventtarget.link.HubStatus.LinkStatus;
import dev.eventtarget.link.frame.Control;
import dev.eventtarget.link.frame.Fields;
import dev.eventtarget.link.frame.FrameWriter;
import dev.eventtarget.link.frame.LoneEvent;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.link.frame.Violation;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link at the hub: finds out who is there and what was agreed on, and gives the frames to the session. Touched only on its
 * session's event loop, which is the link's own unless a spoke has come back to a session elsewhere.
 */
final class HubLink implements Link.Handler, FrameCodec.Reader {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final Set<String> FEATURES =
            Set.of("ack", "credit", "resume", "batch", "cbor", FrameWriter.LARGE, FrameWriter.DATAGRAM);
    /** In a hello: the number of the link among those of its spoke. */
    private static final String LINK = "link";

    private static final int EARLY_MESSAGES = 64;
    private static final int LOGGED_CHARS = 200;

    /** Bytes of answers that a peer may have waiting and not read. */
    private static final int MOST_UNREAD = 8 << 20;

    private static final int EARLY_BYTES = 64 << 10;

    private final Hub hub;

    /** The bounds that it was told, which hold as long as it is open. */
    private final HubOptions agreed;

    private final Handshake handshake;
    private final Instant since = Instant.now();
    private final RateLimit rate;
    private final long opened = System.nanoTime();
    private final Deque<Early> early = new ArrayDeque<>();
    private final Promise<Void> over = Promise.promise();
    private Link link;
    private volatile Turns turns;
    private volatile @Nullable DistantLink distant;
    private FrameWriter writer;
    private volatile @Nullable Peer peer;
    private volatile @Nullable Session session;
    private Set<String> features = Set.of();
    private int earlyBytes;
    private boolean introduced;
    private boolean busy;
    private boolean leaving;
    private boolean closed;
    private long heard = System.nanoTime();
    private long said = System.nanoTime();

    /** When the peer was first asked for a sign of life since it was heard; not behind that if it was not. */
    private long asked = heard;

    private record Early(Buffer message, boolean text) {}

    HubLink(Hub hub, Link link, Turns turns, Handshake handshake) {
        this.hub = hub;
        this.agreed = hub.options();
        this.link = link;
        this.turns = turns;
        this.handshake = handshake;
        this.rate = new RateLimit(agreed.maxRate(), opened);
        this.writer = new FrameWriter(link, EventCodecs.jsonFrames());
    }

    HubOptions agreed() {
        return agreed;
    }

    FrameWriter writer() {
        return writer;
    }

    Turns turns() {
        return turns;
    }

    boolean isKnown() {
        return peer != null;
    }

    @Nullable Session session() {
        return session;
    }

    // ---- who is there

    void open() {
        link.handler(this);
        Future<Peer> found = authenticate(handshake);
        if (found.succeeded()) {
            isNow(found.result());
            return;
        }
        busy(true);
        found.onComplete(known -> turns.post(() -> {
            if (closed) {
                return;
            }
            if (known.succeeded()) {
                isNow(known.result());
            } else if (handshake.token() != null) {
                refuse(known.cause());
                return;
            }
            busy(false);
            readEarly();
        }));
    }

    private Future<Peer> authenticate(Handshake shown) {
        try {
            return hub.options().authenticator().authenticate(shown);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private void refuse(Throwable error) {
        if (error instanceof UnauthorizedException) {
            fail(CloseReason.UNAUTHORIZED, String.valueOf(error.getMessage()));
        } else {
            hub.authenticatorFailed(error);
            fail(CloseReason.INTERNAL, "It could not be found out who you are: try again later");
        }
    }

    private void isNow(Peer known) {
        if (peer == null) {
            hub.introduced();
        }
        peer = known;
        hub.authenticatorWorks();
    }

    /** While something is found out, frames wait. */
    private void busy(boolean now) {
        if (busy != now && !closed) {
            busy = now;
            if (now) {
                link.pause();
            } else if (!isHeld()) {
                link.resume();
            }
        }
    }

    /** Reads what follows when something is done. */
    private void await(Future<?> done) {
        if (!done.isComplete()) {
            busy(true);
            done.onComplete(over -> turns.post(() -> {
                busy(false);
                readEarly();
            }));
        }
    }

    private void readEarly() {
        while (!busy && !closed && !early.isEmpty()) {
            Early next = early.remove();
            earlyBytes -= next.message.length();
            read(next.message.getBytes(), next.text);
        }
    }

    // ---- frames come

    @Override
    public void received(byte[] message, boolean text) {
        if (!turns.isHere()) {
            turns.post(() -> received(message, text));
            return;
        }
        if (closed) {
            return;
        }
        heard = System.nanoTime();
        if (!busy && early.isEmpty()) {
            read(message, text);
        } else if (early.size() < EARLY_MESSAGES
                && earlyBytes + message.length <= (peer == null ? EARLY_BYTES : agreed.maxMessage())) {
            earlyBytes += message.length;
            early.add(new Early(Buffer.buffer(message), text));
        } else {
            fail(CloseReason.PROTOCOL, "Wait for $welcome before you go on");
        }
    }

    private void read(byte[] message, boolean text) {
        try {
            if (!text && !features.contains("cbor")) {
                throw new Violation(
                        CloseReason.PROTOCOL, "Binary messages need the feature \"cbor\": ask for it in $hello");
            }
            boolean batch = features.contains("batch");
            FrameCodec codec = text ? EventCodecs.jsonFrames() : EventCodecs.cborFrames();
            if (!codec.read(message, batch ? agreed.maxBatch() : 0, this)) {
                throw batch
                        ? new Violation(
                                CloseReason.OVER_LIMIT,
                                "A message may have " + agreed.maxBatch() + " frames, and not more")
                        : new Violation(
                                CloseReason.PROTOCOL,
                                "Arrays of frames need the feature \"batch\": ask for it in $hello");
            }
            if (writer.unread() > MOST_UNREAD) {
                throw new Violation(
                        CloseReason.SLOW_CONSUMER, "Read the answers before you send more: too many of them wait");
            }
        } catch (Violation e) {
            fail(e.reason(), e.text());
        } catch (CodecException e) {
            fail(CloseReason.MALFORMED, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{}: a frame from {} met a defect: please report it", hub, handshake, e);
            fail(CloseReason.INTERNAL, "The hub has met a defect of its own");
        }
    }

    private boolean counts() {
        if (!rate.allows(heard)) {
            fail(CloseReason.OVER_LIMIT, "There may be " + agreed.maxRate() + " frames a second, and not more");
        }
        return !closed;
    }

    @Override
    public void event(TypedEvent<EncodedDetail> event, long[] subs) {
        if (!closed && counts()) {
            plainSession().publications().publish(event);
        }
    }

    @Override
    public void malformed(CodecException error) {
        if (!closed && counts()) {
            plainSession().publications().malformed(error);
        }
    }

    @Override
    public void control(String type, JsonNode detail) {
        if (closed || !counts()) {
            return;
        }
        Fields fields = new Fields(type, detail);
        switch (type) {
            case Control.HELLO -> hello(fields);
            case Control.PING -> {
                writer.control(Control.PONG, Map.of());
                turns.atEnd(this::flush);
            }
            case Control.PONG -> {}
            case Control.BYE -> bye();
            case Control.ERROR -> {
                if (!fields.has("sub")) {
                    LOG.debug("{}: {} reports {}", hub, handshake, loggable(fields.optionalText("message")));
                    leave(CloseReason.BYE, "as you say");
                }
            }
            default -> {
                Future<Void> done = plainSession().control(type, fields);
                await(done);
            }
        }
    }

    /** A peer's own words, so that they forge no lines and fill no disk. */
    private static String loggable(@Nullable String text) {
        String cut =
                text == null || text.length() <= LOGGED_CHARS ? String.valueOf(text) : text.substring(0, LOGGED_CHARS);
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    private void flush() {
        writer.flush();
        said = System.nanoTime();
    }

    /** The session; one without any features for a peer that does not introduce itself. */
    private Session plainSession() {
        Session known = session;
        if (known == null) {
            known = begin(Set.of(), null, 0);
        }
        return known;
    }

    private Session begin(Set<String> granted, @Nullable String producer, long next) {
        Peer who = peer;
        if (who == null) {
            throw new Violation(
                    CloseReason.UNAUTHORIZED,
                    "This hub asks for a token: give it as \"Authorization: Bearer …\" in the handshake, or as \"token\" in $hello");
        }
        Producer known = producer == null ? null : hub.producer(who, producer);
        Publications publications = new Publications(hub, turns, known, next);
        if (known != null) {
            await(known.begin(publications));
        }
        Session begun =
                new Session(hub, turns, who, granted.contains("resume") ? hub.newSecret() : "", granted, publications);
        publications.of(begun);
        introduced = true;
        features = granted;
        session = begun;
        begun.attach(this, who);
        return begun;
    }

    // ---- events come outside the messages

    @Override
    public void aside(long sub, long number, byte[] frame) {
        if (!turns.isHere()) {
            turns.post(() -> aside(sub, number, frame));
            return;
        }
        if (closed) {
            return;
        }
        heard = System.nanoTime();
        Session known = session;
        if (known == null || !features.contains(FrameWriter.LARGE) || sub != 0) {
            fail(CloseReason.PROTOCOL, "Only publications may come beside the messages, and if \"large\" was granted");
            return;
        }
        attempt(() -> known.publications().arrived(number, frame));
    }

    @Override
    public void datagram(byte[] frame) {
        if (!turns.isHere()) {
            turns.post(() -> datagram(frame));
            return;
        }
        Session known = session;
        if (closed || known == null || !features.contains(FrameWriter.DATAGRAM)) {
            return;
        }
        heard = System.nanoTime();
        if (counts()) {
            try {
                known.publications()
                        .publishUnnumbered(LoneEvent.read(known.codec(), frame).event());
            } catch (CodecException e) {
                fail(CloseReason.MALFORMED, "A datagram: " + e.getMessage());
            }
        }
    }

    // ---- introduction

    private void hello(Fields hello) {
        if (introduced) {
            throw new Violation(CloseReason.PROTOCOL, "$hello must be the first frame, and there is one");
        }
        long version = hello.number("version", 1);
        if (version != 1) {
            throw new Violation(CloseReason.PROTOCOL, "This hub speaks version 1 of the protocol, and not " + version);
        }
        introduced = true;
        String token = hello.optionalText("token");
        if (token == null || peer != null && handshake.token() != null) {
            greet(hello);
            return;
        }
        busy(true);
        authenticate(handshake.withToken(token))
                .onComplete(known -> turns.post(() -> {
                    busy(false);
                    if (closed) {
                        return;
                    }
                    if (known.failed()) {
                        refuse(known.cause());
                        return;
                    }
                    isNow(known.result());
                    attempt(() -> greet(hello));
                    readEarly();
                }));
    }

    private void attempt(Runnable task) {
        try {
            task.run();
        } catch (Violation e) {
            fail(e.reason(), e.text());
        }
    }

    private void greet(Fields hello) {
        Set<String> granted = new LinkedHashSet<>(hello.texts("features"));
        granted.retainAll(FEATURES);
        if (!granted.contains("ack")) {
            granted.removeAll(List.of("credit", "resume", FrameWriter.LARGE, FrameWriter.DATAGRAM));
        }
        if (link.largeFrom() == Integer.MAX_VALUE) {
            granted.remove(FrameWriter.LARGE);
        }
        if (link.maxDatagram() == 0) {
            granted.remove(FrameWriter.DATAGRAM);
        }
        String before = hello.optionalText("session");
        Session known = before == null ? null : hub.session(before);
        if (known == null
                || !known.features().equals(granted)
                || !known.peer().name().equals(peer == null ? null : peer.name())) {
            welcomeAnew(hello, granted);
        } else if (known.turns() == turns) {
            resume(hello, granted, known);
        } else {
            busy(true);
            DistantLink moved = new DistantLink(link);
            link = moved;
            writer = new FrameWriter(moved, EventCodecs.jsonFrames());
            distant = moved;
            turns = known.turns();
            turns.post(() -> {
                busy(false);
                attempt(() -> resume(hello, granted, known));
                readEarly();
            });
        }
    }

    private void resume(Fields hello, Set<String> granted, Session known) {
        if (!known.isForLink(hello.number(LINK, 0, 0))) {
            // the spoke has given this one up, and what it has said here is not so any more
            leave(CloseReason.GOING_AWAY, "A later link of the spoke has the session");
            return;
        }
        long acknowledged = hello.number("acked", 0, 0);
        Map<Long, Long> received = hello.counts("subs");
        if (!known.publications().canResume(acknowledged) || !hub.take(known)) {
            hub.end(known);
            welcomeAnew(hello, granted);
            return;
        }
        HubLink before = known.link();
        if (before != null) {
            before.replaced();
        }
        features = granted;
        session = known;
        welcome(known, true);
        known.attach(this, Objects.requireNonNull(peer));
        if (known.publications().isHeld()) {
            hold();
        }
        known.resume(acknowledged, received);
        hub.counters().resumed().increment();
    }

    private void welcomeAnew(Fields hello, Set<String> granted) {
        String producer = hello.optionalText("producer");
        if (producer != null && !producer.matches("[A-Za-z0-9_-]{1,64}")) {
            throw hello.wrong("producer", "must be 1 to 64 of [A-Za-z0-9_-]");
        }
        Session begun = begin(granted, producer, hello.number("next", 0, 0));
        begun.isForLink(hello.number(LINK, 0, 0));
        if (!begun.id().isEmpty()) {
            hub.add(begun);
        }
        welcome(begun, false);
    }

    private void welcome(Session begun, boolean resumed) {
        HubOptions options = agreed;
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("version", 1);
        detail.put("features", new ArrayList<>(features));
        if (!begun.id().isEmpty()) {
            detail.put("session", begun.id());
        }
        detail.put("resumed", resumed);
        detail.put("received", begun.publications().received());
        detail.put("heartbeat", options.heartbeat().toMillis());
        detail.put("capabilities", hub.capabilityNames());
        detail.put("positions", hub.positions());
        detail.put(
                "limits",
                Map.of(
                        "message",
                        options.maxMessage(),
                        "batch",
                        options.maxBatch(),
                        "subscriptions",
                        options.maxSubscriptions(),
                        "queued",
                        options.maxQueuedEvents()));
        writer.control(Control.WELCOME, detail);
        writer.agreed(
                begun.codec(),
                !features.contains("cbor"),
                features.contains("batch") ? options.maxBatch() : 0,
                options.maxMessage());
        writer.agreed(features);
        said = System.nanoTime();
    }

    // ---- the link's state

    @Override
    public void writable() {
        DistantLink far = distant;
        if (far != null) {
            far.isNowWritable();
        }
        if (!turns.isHere()) {
            turns.post(this::writable);
            return;
        }
        Session known = session;
        if (known != null && !closed) {
            known.writable();
        }
    }

    @Override
    public void alive() {
        heard = System.nanoTime();
    }

    /** Reads no more for now. */
    void hold() {
        if (!busy) {
            link.pause();
        }
    }

    void letGo() {
        if (!busy) {
            link.resume();
        }
    }

    private boolean isHeld() {
        Session known = session;
        return known != null && known.publications().isHeld();
    }

    /** Looks after time. The peer may have said something that is not read yet, as this side stood still: it is asked first. */
    void tick() {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        Duration patience = hub.options().handshakeTimeout();
        long beat = agreed.heartbeat().toNanos();
        if (busy || isHeld()) {
            // nothing is heard, as nothing is read
            heard = now;
        }
        boolean isAsked = asked - heard > 0;
        if (peer == null && now - opened > patience.toNanos()) {
            fail(CloseReason.TIMEOUT, "Nobody has said who this is within " + patience + ": begin with $hello");
        } else if (hasExpired()) {
            leave(CloseReason.GOING_AWAY, "The token has expired: connect with a new one");
        } else if (now - heard > 2 * beat && isAsked && now - asked > beat) {
            lose("Nothing was heard for " + Duration.ofNanos(now - heard));
        } else if (now - said > beat || now - heard > beat) {
            if (features.isEmpty()) {
                link.ping();
            } else {
                writer.control(Control.PING, Map.of());
                flush();
            }
            said = now;
            asked = isAsked ? asked : now;
        }
    }

    private boolean hasExpired() {
        Peer known = peer;
        Instant expires = known == null ? null : known.expires();
        return expires != null && Instant.now().isAfter(expires);
    }

    // ---- the end

    /** The spoke leaves: it gets its confirmations. */
    private void bye() {
        Session known = session;
        if (known == null || leaving) {
            leave(CloseReason.BYE, "bye");
            return;
        }
        leaving = true;
        Promise<Void> settled = known.promise();
        settled.future()
                .onComplete(done -> turns.post(() -> {
                    known.publications().acknowledge();
                    leave(CloseReason.BYE, "bye");
                }));
        known.when(known.publications()::isSettled, settled);
    }

    /** Has done something that ends the link, and the session with it. */
    void fail(CloseReason reason, String message) {
        if (closed) {
            return;
        }
        hub.counters().refused().increment();
        LOG.debug("{}: {} is closed, {}: {}", hub, handshake, reason, message);
        writer.control(Control.ERROR, Map.of("reason", reason.wireName(), "message", message));
        leave(reason, message);
        Session known = session;
        if (known != null) {
            hub.end(known);
        }
    }

    /** Says what there is to say, and closes the link. */
    void leave(CloseReason reason, String message) {
        if (closed) {
            return;
        }
        closed = true;
        writer.flush();
        writer.close();
        link.close(reason, message).onComplete(done -> over.tryComplete());
        over(reason);
        hub.closed(this);
    }

    /** The hub closes; completes when the link is closed. */
    Future<Void> goodbye() {
        if (!closed) {
            Session known = session;
            if (known != null) {
                known.send();
                known.publications().acknowledge();
            }
            if (!features.isEmpty()) {
                writer.control(Control.BYE, Map.of());
            }
            leave(CloseReason.GOING_AWAY, "The hub closes");
        }
        return over.future();
    }

    private void lose(String why) {
        LOG.debug("{}: {} is lost: {}", hub, handshake, why);
        closed = true;
        writer.close();
        link.close(CloseReason.TIMEOUT, why).onComplete(done -> over.tryComplete());
        over(null);
        hub.closed(this);
    }

    /** Another link has taken the session over. */
    private void replaced() {
        session = null;
        leave(CloseReason.GOING_AWAY, "Another link has taken over the session");
    }

    @Override
    public void closed(@Nullable CloseReason reason, String message) {
        if (!turns.isHere()) {
            turns.post(() -> closed(reason, message));
            return;
        }
        if (!closed) {
            closed = true;
            over.tryComplete();
            writer.close();
            over(reason);
            hub.closed(this);
        }
    }

    private void over(@Nullable CloseReason reason) {
        Session known = session;
        if (known == null || known.link() != this) {
            return;
        }
        known.detach();
        if (known.id().isEmpty() || reason == CloseReason.BYE || reason != null && reason.isFinal()) {
            hub.end(known);
        } else {
            hub.keep(known);
        }
    }

    LinkStatus status() {
        Peer who = peer;
        Session known = session;
        return new LinkStatus(
                who == null ? "" : who.name(),
                handshake.transport(),
                handshake.remoteAddress(),
                since,
                known == null ? 0 : known.subscriptionCount(),
                known == null ? 0 : known.publications().accepted(),
                known == null ? 0 : known.delivered(),
                known == null ? 0 : known.queuedEvents());
    }

    @Override
    public String toString() {
        return handshake.toString();
    }
}
