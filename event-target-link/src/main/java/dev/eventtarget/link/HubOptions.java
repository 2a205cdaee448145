package dev.eventtarget.link;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * How a hub treats its links. Immutable: each method returns a changed copy.
 *
 * <p>Bounds hold for each link unless they say otherwise. What a link is told that goes over one is in {@code
 * docs/architecture/wire-protocol.md}.
 */
public final class HubOptions {
    private static final HubOptions DEFAULTS = new HubOptions();

    private Authenticator authenticator = Authenticator.anybody();
    private Authorizer authorizer = Authorizer.everything();
    private SlowSpokePolicy slowSpokes = SlowSpokePolicy.DISCONNECT;
    private int maxMessage = 8 << 20;
    private int maxBatch = 4096;
    private int maxSubscriptions = 4096;
    private int maxLinks = 16_384;
    private int maxHandshakes = 1024;
    private int maxSessions = 16_384;
    private int maxRate = 0;
    private int maxPublishing = 1024;
    private int maxQueuedEvents = 65_536;
    private int maxQueuedBytes = 32 << 20;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration heartbeat = Duration.ofSeconds(15);
    private Duration sessionTimeout = Duration.ofSeconds(60);
    private Duration closeTimeout = Duration.ofSeconds(30);

    private HubOptions() {}

    private HubOptions(HubOptions other) {
        authenticator = other.authenticator;
        authorizer = other.authorizer;
        slowSpokes = other.slowSpokes;
        maxMessage = other.maxMessage;
        maxBatch = other.maxBatch;
        maxSubscriptions = other.maxSubscriptions;
        maxLinks = other.maxLinks;
        maxHandshakes = other.maxHandshakes;
        maxSessions = other.maxSessions;
        maxRate = other.maxRate;
        maxPublishing = other.maxPublishing;
        maxQueuedEvents = other.maxQueuedEvents;
        maxQueuedBytes = other.maxQueuedBytes;
        handshakeTimeout = other.handshakeTimeout;
        heartbeat = other.heartbeat;
        sessionTimeout = other.sessionTimeout;
        closeTimeout = other.closeTimeout;
    }

    /** {@return the options that hold unless others are given} */
    public static HubOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Reads options from JSON: each by the name of the method that returns it, with durations such as {@code 15s}; {@code
     * slowSpokes} as {@code disconnect}, {@code drop-oldest} or {@code pause}; {@code auth} as {@code {"jwt": …}}, see {@link
     * JwtAuthenticator#of}; and {@code rules} as an array, see {@link Rules#of}. What is not named is by default.
     *
     * @param json the options
     * @return the options
     * @throws dev.eventtarget.ConfigurationException if one is unknown or out of bounds
     */
    public static HubOptions of(JsonObject json) {
        return HubConfiguration.read(json);
    }

    /** {@return the names that {@link #of} knows} */
    public static Set<String> names() {
        return HubConfiguration.OPTIONS;
    }

    /**
     * Who may come in; anybody by default.
     *
     * @param value finds out who it is
     * @return a copy
     */
    public HubOptions authenticator(Authenticator value) {
        HubOptions copy = new HubOptions(this);
        copy.authenticator = Objects.requireNonNull(value);
        return copy;
    }

    /**
     * Who may do what; everybody everything by default.
     *
     * @param value decides
     * @return a copy
     */
    public HubOptions authorizer(Authorizer value) {
        HubOptions copy = new HubOptions(this);
        copy.authorizer = Objects.requireNonNull(value);
        return copy;
    }

    /**
     * What becomes of a link that does not take its events; it is closed by default.
     *
     * @param value what
     * @return a copy
     */
    public HubOptions slowSpokes(SlowSpokePolicy value) {
        HubOptions copy = new HubOptions(this);
        copy.slowSpokes = Objects.requireNonNull(value);
        return copy;
    }

    /**
     * The most bytes of a message; 8 MiB by default.
     *
     * @param bytes 1 KiB to 64 MiB
     * @return a copy
     */
    public HubOptions maxMessage(int bytes) {
        HubOptions copy = new HubOptions(this);
        copy.maxMessage = within("maxMessage", bytes, 1024, 64 << 20);
        return copy;
    }

    /**
     * The most frames of a message; 4096 by default.
     *
     * @param frames 1 to 65,536
     * @return a copy
     */
    public HubOptions maxBatch(int frames) {
        HubOptions copy = new HubOptions(this);
        copy.maxBatch = within("maxBatch", frames, 1, 65_536);
        return copy;
    }

    /**
     * The most subscriptions; 4096 by default.
     *
     * @param subscriptions 1 to 1,000,000
     * @return a copy
     */
    public HubOptions maxSubscriptions(int subscriptions) {
        HubOptions copy = new HubOptions(this);
        copy.maxSubscriptions = within("maxSubscriptions", subscriptions, 1, 1_000_000);
        return copy;
    }

    /**
     * The most links of the hub at once; 16,384 by default.
     *
     * @param links 1 to 1,000,000
     * @return a copy
     */
    public HubOptions maxLinks(int links) {
        HubOptions copy = new HubOptions(this);
        copy.maxLinks = within("maxLinks", links, 1, 1_000_000);
        return copy;
    }

    /**
     * The most links of the hub at once whose peers are not known yet; 1024 by default.
     *
     * @param links 1 to 1,000,000
     * @return a copy
     */
    public HubOptions maxHandshakes(int links) {
        HubOptions copy = new HubOptions(this);
        copy.maxHandshakes = within("maxHandshakes", links, 1, 1_000_000);
        return copy;
    }

    /**
     * The most sessions of the hub at once that wait to be resumed; 16,384 by default. Beyond, the one that has waited
     * longest ends.
     *
     * @param sessions 0 to 1,000,000
     * @return a copy
     */
    public HubOptions maxSessions(int sessions) {
        HubOptions copy = new HubOptions(this);
        copy.maxSessions = within("maxSessions", sessions, 0, 1_000_000);
        return copy;
    }

    /**
     * The most frames a second that a peer may send, over ten seconds; 0, the default, for no bound.
     *
     * @param frames 0 to 100,000,000
     * @return a copy
     */
    public HubOptions maxRate(int frames) {
        HubOptions copy = new HubOptions(this);
        copy.maxRate = within("maxRate", frames, 0, 100_000_000);
        return copy;
    }

    /**
     * The most publications of a link that the hub's target has not accepted yet; 1,024 by default. Beyond, the hub stops
     * reading from the link.
     *
     * @param events 1 to 1,000,000
     * @return a copy
     */
    public HubOptions maxPublishing(int events) {
        HubOptions copy = new HubOptions(this);
        copy.maxPublishing = within("maxPublishing", events, 1, 1_000_000);
        return copy;
    }

    /**
     * The most that may wait for a link; 65,536 events and 32 MiB by default.
     *
     * @param events 1 to 16,777,216
     * @param bytes 1 KiB to 1 GiB
     * @return a copy
     */
    public HubOptions maxQueued(int events, int bytes) {
        HubOptions copy = new HubOptions(this);
        copy.maxQueuedEvents = within("maxQueued", events, 1, 1 << 24);
        copy.maxQueuedBytes = within("maxQueued", bytes, 1024, 1 << 30);
        return copy;
    }

    /**
     * How long a peer may take to say who it is; 10 s by default.
     *
     * @param value 1 ms or more
     * @return a copy
     */
    public HubOptions handshakeTimeout(Duration value) {
        HubOptions copy = new HubOptions(this);
        copy.handshakeTimeout = positive("handshakeTimeout", value);
        return copy;
    }

    /**
     * How long both sides may be silent before they send a ping; one that is not heard for twice that time is gone. 15 s by
     * default.
     *
     * @param value 1 ms or more
     * @return a copy
     */
    public HubOptions heartbeat(Duration value) {
        HubOptions copy = new HubOptions(this);
        copy.heartbeat = positive("heartbeat", value);
        return copy;
    }

    /**
     * How long a session is kept after its link was lost; 60 s by default.
     *
     * @param value 1 ms or more
     * @return a copy
     */
    public HubOptions sessionTimeout(Duration value) {
        HubOptions copy = new HubOptions(this);
        copy.sessionTimeout = positive("sessionTimeout", value);
        return copy;
    }

    /**
     * How long {@link Hub#close} waits for spokes to take what waits for them; 30 s by default.
     *
     * @param value 1 ms or more
     * @return a copy
     */
    public HubOptions closeTimeout(Duration value) {
        HubOptions copy = new HubOptions(this);
        copy.closeTimeout = positive("closeTimeout", value);
        return copy;
    }

    private static int within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + "(" + value + "): it must be from " + least + " to " + most);
        }
        return value;
    }

    private static Duration positive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + "(" + value + "): it must be 1 ms or more");
        }
        return value;
    }

    /** {@return who finds out who comes in} */
    public Authenticator authenticator() {
        return authenticator;
    }

    /** {@return who decides who may do what} */
    public Authorizer authorizer() {
        return authorizer;
    }

    /** {@return what becomes of a link that does not take its events} */
    public SlowSpokePolicy slowSpokes() {
        return slowSpokes;
    }

    /** {@return the most bytes of a message} */
    public int maxMessage() {
        return maxMessage;
    }

    /** {@return the most frames of a message} */
    public int maxBatch() {
        return maxBatch;
    }

    /** {@return the most subscriptions of a link} */
    public int maxSubscriptions() {
        return maxSubscriptions;
    }

    /** {@return the most links} */
    public int maxLinks() {
        return maxLinks;
    }

    /** {@return the most links whose peers are not known yet} */
    public int maxHandshakes() {
        return maxHandshakes;
    }

    /** {@return the most sessions that wait to be resumed} */
    public int maxSessions() {
        return maxSessions;
    }

    /** {@return the most frames a second that a peer may send; 0 for no bound} */
    public int maxRate() {
        return maxRate;
    }

    /** {@return the most publications of a link under way} */
    public int maxPublishing() {
        return maxPublishing;
    }

    /** {@return the most events that may wait for a link} */
    public int maxQueuedEvents() {
        return maxQueuedEvents;
    }

    /** {@return the most bytes that may wait for a link} */
    public int maxQueuedBytes() {
        return maxQueuedBytes;
    }

    /** {@return how long a peer may take to say who it is} */
    public Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    /** {@return how long both sides may be silent before they send a ping} */
    public Duration heartbeat() {
        return heartbeat;
    }

    /** {@return how long a session is kept after its link was lost} */
    public Duration sessionTimeout() {
        return sessionTimeout;
    }

    /** {@return how long {@link Hub#close} waits for spokes} */
    public Duration closeTimeout() {
        return closeTimeout;
    }
}
