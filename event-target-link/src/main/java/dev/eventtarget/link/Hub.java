package dev.eventtarget.link;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.eventtarget.Capability;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.DedupWindow;
import dev.eventtarget.link.frame.Positions;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.HubTransport;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventTargetConfig;
import io.netty.channel.EventLoop;
import io.vertx.core.Closeable;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where links come together: what a spoke publishes goes to the hub's target, and what spokes listen to comes from there.
 * Hubs whose targets share a log, such as Redis, form a cluster. Thread-safe.
 *
 * <pre>{@code
 * Hub hub = Hub.create(vertx, EventTargets.open(vertx, "memory:"));
 * hub.listen("ws://127.0.0.1:8080/events").onSuccess(url -> System.out.println("listening " + url));
 * }</pre>
 */
public final class Hub {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final int DEDUP_WINDOW = 65_536;
    private static final int PRODUCERS = 65_536;
    private static final Duration PRODUCER_MEMORY = Duration.ofMinutes(10);

    private final VertxInternal vertx;
    private final TypedEventTarget target;
    private volatile HubOptions options;
    private final @Nullable DedupWindow dedup;

    /** The outcomes of events with an id that the target has not accepted yet, by topic and id. */
    private final Map<String, Future<Void>> publishing = new ConcurrentHashMap<>();

    private final boolean inProcess;
    private final List<String> capabilityNames;
    private final Counters counters = new Counters();
    private final SecureRandom random = new SecureRandom();
    private final Map<EventLoop, Turns> turns = new ConcurrentHashMap<>();
    private final Set<HubLink> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger handshakes = new AtomicInteger();
    private volatile boolean authenticatorWorks = true;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final List<Address> addresses = new CopyOnWriteArrayList<>();
    private final Cache<String, Producer> producers = Caffeine.newBuilder()
            .maximumSize(PRODUCERS)
            .expireAfterAccess(PRODUCER_MEMORY)
            .build();

    /** By topic; guarded by itself. */
    private final Map<String, Feed> feeds = new HashMap<>();

    /** Those that wait to be resumed, the longest first; guarded by itself. */
    private final LinkedHashSet<Session> kept = new LinkedHashSet<>();

    /** Guarded by this hub. */
    private long ticker;

    private final Closeable endsWithVertx = this::vertxCloses;
    private volatile boolean keepsSessions = true;
    private @Nullable Future<Void> closed;

    /** Where it listens, or a spoke that it connects to; with a look at the files that are named there. */
    private record Address(HubTransport.Listening listening, Supplier<Future<Void>> check) {}

    private Hub(Vertx vertx, TypedEventTarget target, HubOptions options) {
        this.vertx = (VertxInternal) vertx;
        this.target = target;
        this.options = options;
        this.inProcess = !target.capabilities().contains(Capability.CROSS_PROCESS);
        Set<String> names = new TreeSet<>();
        target.capabilities().forEach(one -> names.add(one.name().toLowerCase(Locale.ROOT)));
        names.add(Capability.CROSS_PROCESS.name().toLowerCase(Locale.ROOT));
        names.add(Capability.DEDUPLICATED.name().toLowerCase(Locale.ROOT));
        this.capabilityNames = List.copyOf(names);
        this.dedup = target.capabilities().contains(Capability.DEDUPLICATED) ? null : new DedupWindow(DEDUP_WINDOW);
        this.ticker = startTicker(this.vertx, options, this::tick);
        this.vertx.closeFuture().add(endsWithVertx);
    }

    private static long startTicker(Vertx vertx, HubOptions options, Runnable tick) {
        long shortest = Math.min(
                options.heartbeat().toMillis(), options.handshakeTimeout().toMillis());
        return vertx.setPeriodic(Math.max(1, shortest / 4), id -> tick.run());
    }

    /**
     * Makes a hub with {@link HubOptions#defaults()}.
     *
     * @param vertx runs it
     * @param target where events go to and come from; closed by whoever opened it, after the hub
     * @return a hub that has no links yet
     */
    public static Hub create(Vertx vertx, TypedEventTarget target) {
        return create(vertx, target, HubOptions.defaults());
    }

    /**
     * Makes a hub. One that is made in a verticle closes with its undeployment, after its {@code stop}.
     *
     * @param vertx runs it
     * @param target where events go to and come from; closed by whoever opened it, after the hub
     * @param options how it treats its links
     * @return a hub that has no links yet
     */
    public static Hub create(Vertx vertx, TypedEventTarget target, HubOptions options) {
        Hub hub = new Hub(vertx, target, options);
        ContextInternal context = ContextInternal.current();
        if (context != null && context.isDeployment()) {
            Closeable hook = completion -> hub.close().onComplete(completion);
            context.unwrap().closeFuture().add(hook);
        }
        return hub;
    }

    /**
     * Takes links at an address, such as {@code ws://127.0.0.1:8080/events}. A hub may listen at several, over several
     * transports.
     *
     * @param uri the address, with the options of its transport
     * @return completes with the URI for spokes to connect to, with the port that was chosen where 0 was asked for; fails
     *     with {@link ConfigurationException}
     */
    public Future<String> listen(String uri) {
        try {
            return listen(EventTargetConfig.of(uri));
        } catch (ConfigurationException e) {
            return Future.failedFuture(e);
        }
    }

    /**
     * Takes links at an address that was read from a URI or from JSON.
     *
     * @param config the address
     * @return as {@link #listen(String)}
     */
    public Future<String> listen(EventTargetConfig config) {
        HubTransport transport;
        try {
            transport = listening(config);
        } catch (ConfigurationException e) {
            return Future.failedFuture(e);
        }
        return transport.listen(vertx, this, config).map(one -> {
            addresses.add(new Address(one, () -> transport.check(vertx, this, config)));
            return one.url();
        });
    }

    /**
     * Connects to a spoke that listens, such as {@code quic://NODEID@host:4433}, and again whenever the connection is lost,
     * for as long as the hub is open.
     *
     * @param uri the spoke's address, with the options of its transport
     * @return completes when it has begun; fails with {@link ConfigurationException}, also where the transport can't do that
     */
    public Future<Void> dial(String uri) {
        try {
            return dial(EventTargetConfig.of(uri));
        } catch (ConfigurationException e) {
            return Future.failedFuture(e);
        }
    }

    /**
     * Connects to a spoke whose address was read from a URI or from JSON.
     *
     * @param config the spoke's address
     * @return as {@link #dial(String)}
     */
    public Future<Void> dial(EventTargetConfig config) {
        HubTransport transport;
        try {
            transport = dialling(config);
        } catch (ConfigurationException e) {
            return Future.failedFuture(e);
        }
        return transport.dial(vertx, this, config).compose(one -> {
            addresses.add(new Address(one, () -> transport.checkDial(vertx, this, config)));
            return isClosed() ? one.close() : Future.succeededFuture();
        });
    }

    /**
     * Looks whether an address is right, with the files that it names. Does not find out whether its port is free.
     *
     * @param config the address
     * @return completes if it is; fails with {@link ConfigurationException}
     */
    public Future<Void> check(EventTargetConfig config) {
        try {
            return listening(config).check(vertx, this, config);
        } catch (ConfigurationException e) {
            return Future.failedFuture(e);
        }
    }

    /**
     * Looks whether the address of a spoke to dial is right, with the files that it names. Connects to nobody.
     *
     * @param config the spoke's address
     * @return completes if it is; fails with {@link ConfigurationException}
     */
    public Future<Void> checkDial(EventTargetConfig config) {
        try {
            return dialling(config).checkDial(vertx, this, config);
        } catch (ConfigurationException e) {
            return Future.failedFuture(e);
        }
    }

    private static HubTransport listening(EventTargetConfig config) {
        HubTransport transport = transport(config);
        check(config, transport.options());
        return transport;
    }

    private static HubTransport dialling(EventTargetConfig config) {
        HubTransport transport = transport(config);
        if (!transport.dialOptions().isEmpty()) {
            check(config, transport.dialOptions());
        }
        return transport;
    }

    private static HubTransport transport(EventTargetConfig config) {
        Map<String, HubTransport> known = new TreeMap<>();
        for (HubTransport transport : ServiceLoader.load(HubTransport.class, Hub.class.getClassLoader())) {
            transport.schemes().forEach(scheme -> known.put(scheme, transport));
        }
        HubTransport transport = known.get(config.transport());
        if (transport == null) {
            throw new ConfigurationException("A hub can't listen at " + config.transport() + ":; on the class path are "
                    + (known.isEmpty()
                            ? "no transports: add event-target-websocket"
                            : String.join(", ", known.keySet())));
        }
        return transport;
    }

    private static void check(EventTargetConfig config, Map<String, String> options) {
        for (String name : config.names()) {
            if (!options.containsKey(name)) {
                throw new ConfigurationException(
                        name,
                        "An address " + config.transport() + ": has no option '" + name + "'; it has "
                                + String.join(", ", new TreeSet<>(options.keySet())));
            }
        }
    }

    /**
     * Takes a link. For transports, which call it on the link's event loop.
     *
     * @param link new; nothing was received from it
     * @param handshake what its peer has shown
     */
    public void accept(Link link, Handshake handshake) {
        HubLink added = new HubLink(this, link, turns((ContextInternal) link.context()), handshake);
        if (isClosed()) {
            turnAway(link, CloseReason.GOING_AWAY, "The hub closes");
        } else if (links.size() >= options.maxLinks()) {
            turnAway(link, CloseReason.OVERLOADED, "The hub has " + options.maxLinks() + " links: come again later");
        } else if (handshakes.get() >= options.maxHandshakes()) {
            turnAway(link, CloseReason.OVERLOADED, "Too many links are not introduced yet: come again later");
        } else {
            links.add(added);
            handshakes.incrementAndGet();
            counters.opened().increment();
            added.open();
        }
    }

    private void turnAway(Link link, CloseReason reason, String message) {
        counters.refused().increment();
        link.close(reason, message);
    }

    private Turns turns(ContextInternal context) {
        return turns.computeIfAbsent(
                context.nettyEventLoop(),
                loop -> new Turns(vertx.contextBuilder()
                        .withEventLoop(loop)
                        .withThreadingModel(ThreadingModel.EVENT_LOOP)
                        .build()));
    }

    private void tick() {
        links.forEach(link -> link.turns().post(link::tick));
    }

    // ---- what links and sessions need

    /** {@return how it treats its links} */
    public HubOptions options() {
        return options;
    }

    TypedEventTarget target() {
        return target;
    }

    /** Over how much of the target's log a position reaches: all of it, each type alone, or not even that. */
    String positions() {
        return inProcess ? "log" : target.capabilities().contains(Capability.ORDERED) ? "type" : "none";
    }

    boolean isInProcess() {
        return inProcess;
    }

    Counters counters() {
        return counters;
    }

    /** Said once until it works again: those who can't come in try again and again. */
    void authenticatorFailed(Throwable error) {
        if (authenticatorWorks) {
            authenticatorWorks = false;
            LOG.warn("The hub's authenticator fails, and nobody comes in: {}", String.valueOf(error));
        }
        LOG.debug("The hub's authenticator fails", error);
    }

    void authenticatorWorks() {
        if (!authenticatorWorks) {
            authenticatorWorks = true;
            LOG.info("The hub's authenticator works again");
        }
    }

    List<String> capabilityNames() {
        return capabilityNames;
    }

    static void report(EventTargetException error) {
        LOG.debug("A spoke's subscription: {}", error.getMessage());
    }

    String newSecret() {
        byte[] secret = new byte[18];
        random.nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    Producer producer(Peer peer, String name) {
        String whole = peer.isAnonymous() ? name : peer.name() + "/" + name;
        return producers.get(whole, Producer::new);
    }

    /** Gives an event to the target. */
    Future<Void> publish(TypedEvent<EncodedDetail> event, Peer peer, @Nullable Producer producer, long number) {
        TypedEvent<EncodedDetail> own = Positions.remove(event);
        if (own.source() == null && !peer.isAnonymous()) {
            own = own.withSource(peer.name());
        }
        if (dedup == null) {
            return target.dispatchEvent(own.id() == null && producer != null ? own.withId(producer.id(number)) : own);
        }
        if (own.id() == null) {
            return target.dispatchEvent(own);
        }
        String topicAndId = own.type().topic() + "\n" + own.id();
        Promise<Void> outcome = Promise.promise();
        Future<Void> open = publishing.putIfAbsent(topicAndId, outcome.future());
        if (open != null) {
            counters.duplicates().increment();
            return open;
        }
        if (!dedup.add(topicAndId)) {
            counters.duplicates().increment();
            outcome.complete();
            publishing.remove(topicAndId);
            return outcome.future();
        }
        target.dispatchEvent(own).onComplete(accepted -> {
            if (accepted.failed()) {
                dedup.remove(topicAndId);
            }
            outcome.handle(accepted);
            publishing.remove(topicAndId);
        });
        return outcome.future();
    }

    // ---- feeds

    Feed feed(EventType<EncodedDetail> type, Turns home) {
        synchronized (feeds) {
            Feed feed = feeds.get(type.topic());
            if (feed == null) {
                feed = new Feed(type, home);
                feeds.put(type.topic(), feed);
                feed.open(target);
            }
            feed.users++;
            return feed;
        }
    }

    void leave(Feed feed) {
        synchronized (feeds) {
            if (--feed.users == 0) {
                feeds.remove(feed.type().topic(), feed);
                feed.close();
            }
        }
    }

    // ---- sessions

    @Nullable Session session(String id) {
        return sessions.get(id);
    }

    void add(Session session) {
        sessions.put(session.id(), session);
    }

    /** Keeps a session that has lost its link. On the session's event loop. */
    void keep(Session session) {
        Session oldest = null;
        synchronized (kept) {
            kept.add(session);
            if (kept.size() > options.maxSessions()) {
                oldest = kept.iterator().next();
                kept.remove(oldest);
            }
        }
        if (oldest != null) {
            Session one = oldest;
            one.turns().post(() -> expire(one));
        }
        if (!keepsSessions) {
            expire(session);
            return;
        }
        long losses = session.losses();
        vertx.setTimer(
                options.sessionTimeout().toMillis(),
                id -> session.turns().post(() -> {
                    if (session.losses() == losses) {
                        expire(session);
                    }
                }));
    }

    private void expire(Session session) {
        if (session.link() == null) {
            end(session);
        }
    }

    /** Nobody will resume a session: what it has is for others, and Vert.x waits for that. */
    private void vertxCloses(Completable<Void> completion) {
        keepsSessions = false;
        List<Session> waiting;
        synchronized (kept) {
            waiting = List.copyOf(kept);
        }
        waiting.forEach(session -> session.turns().post(() -> expire(session)));
        completion.succeed();
    }

    /** Takes a session up again; gives false if it has ended meanwhile. On the session's event loop. */
    boolean take(Session session) {
        synchronized (kept) {
            kept.remove(session);
        }
        return sessions.get(session.id()) == session;
    }

    /** Ends a session. On its event loop. */
    void end(Session session) {
        synchronized (kept) {
            kept.remove(session);
        }
        if (!session.id().isEmpty()) {
            sessions.remove(session.id(), session);
        }
        session.end();
    }

    void closed(HubLink link) {
        if (links.remove(link) && !link.isKnown()) {
            handshakes.decrementAndGet();
        }
    }

    /** It is known who is at the end of one more link. */
    void introduced() {
        handshakes.decrementAndGet();
    }

    // ---- other options

    /**
     * Goes on with other options, and with the certificates that are now in the files of its addresses. No link is closed,
     * except that of a peer without {@code ack} that may not listen to a type any more.
     *
     * <p>Rules and what may wait hold at once: a subscription that its peer may not have any more ends with {@link
     * dev.eventtarget.UnauthorizedException}. Who comes in is asked by the new {@link HubOptions#authenticator}; who is in
     * stays until the token expires. What was agreed on with a link holds for as long as it is open: {@code maxMessage},
     * {@code maxBatch}, {@code maxSubscriptions}, {@code maxRate} and {@code heartbeat}.
     *
     * @param changed the new options, all of them
     * @return completes when they hold for every link; fails with {@link ConfigurationException} if a certificate can't be
     *     used, and then nothing has changed
     */
    public Future<Void> reload(HubOptions changed) {
        return Future.all(addresses.stream().map(one -> one.check().get()).toList())
                .compose(checked -> Future.all(
                        addresses.stream().map(one -> one.listening().reload()).toList()))
                .compose(reloaded -> {
                    replace(changed);
                    return recheck();
                });
    }

    private synchronized void replace(HubOptions changed) {
        options = changed;
        if (closed == null) {
            vertx.cancelTimer(ticker);
            ticker = startTicker(vertx, changed, this::tick);
        }
    }

    /** Those without a link are looked at when they are resumed. */
    private Future<Void> recheck() {
        return onEachLink(link -> {
            Session session = link.session();
            if (session != null) {
                session.recheck();
            }
            return Future.succeededFuture();
        });
    }

    private Future<Void> onEachLink(Function<HubLink, Future<Void>> task) {
        return Future.join(links.stream()
                        .map(link -> on(link.turns(), () -> task.apply(link)))
                        .toList())
                .mapEmpty();
    }

    /** Has a task done on an event loop; one that throws is over, and holds up nobody who waits for it. */
    private static Future<Void> on(Turns turns, Supplier<Future<Void>> task) {
        Promise<Void> over = Promise.promise();
        turns.post(() -> {
            Future<Void> outcome = Future.succeededFuture();
            try {
                outcome = task.get();
            } finally {
                outcome.onComplete(over);
            }
        });
        return over.future();
    }

    // ---- status and end

    /** {@return what it has done and has to do} */
    public HubStatus status() {
        int waiting;
        synchronized (kept) {
            waiting = kept.size();
        }
        return new HubStatus(
                links.stream().map(HubLink::status).toList(),
                waiting,
                counters.opened().sum(),
                counters.resumed().sum(),
                counters.published().sum(),
                counters.delivered().sum(),
                counters.dropped().sum(),
                counters.duplicates().sum(),
                counters.refused().sum(),
                counters.slow().sum());
    }

    private synchronized boolean isClosed() {
        return closed != null;
    }

    /**
     * Takes no more links; has every publication get its outcome and every spoke what waits for it, for {@link
     * HubOptions#closeTimeout} at most; and says goodbye. Spokes with another hub of the same log go on there. The target
     * stays open. Further calls return the same outcome.
     *
     * @return completes when all links are closed
     */
    public Future<Void> close() {
        Promise<Void> promise = Promise.promise();
        synchronized (this) {
            if (closed != null) {
                return closed;
            }
            closed = promise.future();
        }
        Future.join(addresses.stream().map(one -> one.listening().close()).toList())
                .eventually(this::drain)
                .eventually(this::sayGoodbye)
                .eventually(() -> Future.join(
                        addresses.stream().map(one -> one.listening().end()).toList()))
                .onComplete(done -> {
                    stopTicker();
                    vertx.closeFuture().remove(endsWithVertx);
                    promise.complete();
                });
        return promise.future();
    }

    private synchronized void stopTicker() {
        vertx.cancelTimer(ticker);
    }

    private Future<Void> drain() {
        Promise<Void> drained = Promise.promise();
        long deadline = vertx.setTimer(options.closeTimeout().toMillis(), id -> drained.tryComplete());
        onEachLink(link -> {
                    Session session = link.session();
                    return session == null ? Future.succeededFuture() : session.drained();
                })
                .onComplete(done -> {
                    vertx.cancelTimer(deadline);
                    drained.tryComplete();
                });
        return drained.future();
    }

    private Future<Void> sayGoodbye() {
        Future<Void> left = onEachLink(HubLink::goodbye);
        Future<?> ended = Future.join(sessions.values().stream()
                .map(session -> on(session.turns(), () -> {
                    end(session);
                    return Future.succeededFuture();
                }))
                .toList());
        return Future.join(left, ended).mapEmpty();
    }

    @Override
    public String toString() {
        return "Hub on " + target;
    }
}
