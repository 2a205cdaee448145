package dev.eventtarget.cli.soak;

import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Publishes and listens over several transports at once, lets faults happen to all that these stand on, and compares what
 * came with what the contract promises.
 *
 * <p>Redis and both hubs are one log: each listens to what the others publish.
 */
public final class Soak {
    private static final int FAULT_THREADS = 8;
    private static final long LOOK_MILLIS = 200;
    private static final long SHORTEST_SAMPLING_MILLIS = 2_000;
    private static final long LONGEST_SAMPLING_MILLIS = 10_000;
    private static final int SAMPLES = 60;
    private static final long READY_SECONDS = 120;
    private static final long END_SECONDS = 180;
    private static final long CLOSE_SECONDS = 90;
    private static final long SLOWEST_MILLIS = 40;
    private static final String OPTIONS = "prefix=soak&claimAfter=10s&maxAge=15m";

    /** So long after all has come, repetitions are still looked for. */
    private static final long QUIET_SECONDS = 3;

    /** What is tried. */
    public enum Transport {
        /** Within the process. */
        memory,
        /** Redis Streams. */
        redis,
        /** WebSockets to a hub on that Redis. */
        ws,
        /** QUIC to a hub on that Redis. */
        quic
    }

    /** What happens. */
    public enum Fault {
        /** Redis or a hub is killed, and started again. */
        kill,
        /** All connections of a server end. */
        cut,
        /** The network of a server lets nothing through for a while. */
        stall,
        /** A listener takes long for each event. */
        slow,
        /** Publishers to Redis start anew, and can't at first, as the file that keeps who they are can't be written. */
        full
    }

    /**
     * What to do.
     *
     * @param duration how long to publish
     * @param rate how many events a second each transport's publishers publish
     * @param seed what faults are drawn from
     * @param transports what is tried
     * @param faults what happens
     * @param patience how long nothing may come, at the end, before what has not come is lost
     */
    public record Settings(
            Duration duration, int rate, long seed, Set<Transport> transports, Set<Fault> faults, Duration patience) {}

    /** A server that can be killed. */
    public interface Server {
        /** {@return its address} */
        String url();

        /**
         * Ends it without a word, if it runs, and waits until it is gone.
         *
         * @throws IOException if it can't be ended
         * @throws InterruptedException if interrupted
         */
        void kill() throws IOException, InterruptedException;

        /**
         * Starts it again, at the same address, and waits until it takes connections.
         *
         * @throws IOException if it can't be started
         * @throws InterruptedException if interrupted
         */
        void restart() throws IOException, InterruptedException;
    }

    /** A server that several faults may hit at a time. */
    private record Victim(String name, Server server) {
        synchronized void die(long millis) throws IOException, InterruptedException {
            server.kill();
            try {
                TimeUnit.MILLISECONDS.sleep(millis);
            } finally {
                server.restart();
            }
        }
    }

    /** What leads to a server. */
    private record Network(String name, Proxy proxy) {}

    private final Vertx vertx;
    private final Settings settings;
    private final List<String> pubsub;
    private final Path directory;
    private final Consumer<String> log;
    private final List<Victim> victims = new ArrayList<>();
    private final List<Network> networks = new ArrayList<>();
    private final List<HubProcess> hubs = new ArrayList<>();
    private final Map<Transport, Lane> lanes = new EnumMap<>(Transport.class);
    private final List<Listening> listenings = new ArrayList<>();
    private final Map<String, Integer> happened = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<String> troubles = Collections.synchronizedList(new ArrayList<>());
    private final Resources resources = new Resources();

    /**
     * Makes one, and starts nothing.
     *
     * @param vertx runs targets and proxies
     * @param settings what to do
     * @param pubsub what the {@code pubsub} command is called by, for hubs
     * @param directory where hubs and publishers keep files
     * @param log is told of each fault
     */
    public Soak(Vertx vertx, Settings settings, List<String> pubsub, Path directory, Consumer<String> log) {
        this.vertx = vertx;
        this.settings = settings;
        this.pubsub = List.copyOf(pubsub);
        this.directory = directory;
        this.log = log;
    }

    /**
     * Does all of it.
     *
     * @param redis the server behind all transports but memory; null if none of these is tried
     * @param progress is told from time to time how it goes
     * @return what came of it
     * @throws IOException if a hub can't be started
     * @throws InterruptedException if interrupted; what was started has ended then
     */
    public Report run(@Nullable Server redis, Consumer<String> progress) throws IOException, InterruptedException {
        ScheduledExecutorService faults = Executors.newScheduledThreadPool(FAULT_THREADS, task -> {
            Thread thread = new Thread(task, "soak-fault");
            thread.setDaemon(true);
            return thread;
        });
        try {
            open(redis);
            listen();
            lanes.values().forEach(Lane::start);
            await("listeners have heard nothing", READY_SECONDS, this::haveBegun);
            long start = System.nanoTime();
            publish(faults, start, progress);
            lanes.values().forEach(Lane::stop);
            end(faults);
            settle(progress);
            long nanos = System.nanoTime() - start;
            close();
            return new Report(settings, nanos, lanes.values(), listenings, happened, resources.courses(), troubles);
        } finally {
            faults.shutdownNow();
            lanes.values().forEach(Lane::stop);
            lanes.values().forEach(lane -> lane.targets().forEach(TypedEventTarget::close));
            for (HubProcess hub : hubs) {
                hub.kill();
            }
        }
    }

    // ---- what there is

    private void open(@Nullable Server redis) throws IOException, InterruptedException {
        String log = "";
        if (redis != null) {
            victims.add(new Victim("redis", redis));
            log = "redis://127.0.0.1:" + proxy("redis", redis.url()).port() + "?" + OPTIONS;
        }
        for (Transport transport : settings.transports().stream().sorted().toList()) {
            Path nonce = transport == Transport.redis ? directory.resolve("nonce") : null;
            String url = switch (transport) {
                case memory -> "memory:";
                case redis -> log;
                case ws, quic -> hub(transport, log);
            };
            lanes.put(transport, new Lane(vertx, transport, url, settings.rate(), nonce));
        }
    }

    /** Starts a hub, and returns the address at which spokes reach it. */
    private String hub(Transport transport, String log) throws IOException, InterruptedException {
        HubProcess hub =
                HubProcess.start(pubsub, transport + "://127.0.0.1:0", log, directory.resolve(transport.toString()));
        hubs.add(hub);
        String name = "hub " + transport;
        victims.add(new Victim(name, hub));
        URI address = URI.create(hub.url());
        return hub.url()
                        .replace(
                                ":" + address.getPort(),
                                ":" + proxy(name, hub.url()).port()) + "?capabilities=replay,persistent";
    }

    private Proxy proxy(String name, String url) {
        URI address = URI.create(url);
        Proxy proxy = address.getScheme().equals("quic")
                ? UdpProxy.start(vertx, address.getPort())
                : TcpProxy.start(vertx, address.getPort());
        networks.add(new Network(name, proxy));
        return proxy;
    }

    private void listen() throws InterruptedException {
        List<Subscription> subscriptions = new ArrayList<>();
        for (Lane from : lanes.values()) {
            List<Lane> hearing = from.transport() == Transport.memory
                    ? List.of(from)
                    : lanes.values().stream()
                            .filter(lane -> lane.transport() != Transport.memory)
                            .toList();
            for (Lane lane : hearing) {
                add(subscriptions, from, List.of(lane), Listening.Kind.ALONE);
            }
            add(subscriptions, from, List.of(from), Listening.Kind.RETRY);
            // a group has two members at least
            add(subscriptions, from, hearing.size() == 1 ? List.of(from, from) : hearing, Listening.Kind.GROUP);
        }
        try {
            Future.all(subscriptions.stream().map(Subscription::ready).toList()).await(READY_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "After " + READY_SECONDS + " s these are not ready: "
                            + subscriptions.stream()
                                    .filter(one -> !one.ready().succeeded())
                                    .toList(),
                    e);
        }
    }

    private void add(List<Subscription> subscriptions, Lane from, List<Lane> on, Listening.Kind kind) {
        String where = String.join(
                ", ",
                on.stream().map(lane -> lane.transport().toString()).distinct().toList());
        boolean mayRepeat = kind == Listening.Kind.GROUP && from.transport() != Transport.memory;
        Listening listening = new Listening(from.transport(), where, kind, mayRepeat, from.publishers());
        on.forEach(lane -> subscriptions.add(listening.add(vertx, lane.listening(), from.type())));
        listenings.add(listening);
    }

    private boolean haveBegun() {
        return listenings.stream().allMatch(Listening::hasBegun);
    }

    // ---- what happens

    private void publish(ScheduledExecutorService faults, long start, Consumer<String> progress)
            throws InterruptedException {
        for (Faults.Planned planned : Faults.plan(settings.seed(), settings.duration(), possible())) {
            var unused = faults.schedule(() -> hit(planned, start), planned.atMillis(), TimeUnit.MILLISECONDS);
        }
        long total = settings.duration().toMillis();
        long sampling = Math.min(Math.max(total / SAMPLES, SHORTEST_SAMPLING_MILLIS), LONGEST_SAMPLING_MILLIS);
        long next = sampling;
        for (long now = 0; now < total; now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)) {
            if (now >= next) {
                resources.sample();
                next += sampling;
            }
            progress.accept(state(now, total));
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** Faults for which there is something to hit. */
    private Set<Fault> possible() {
        Set<Fault> possible = EnumSet.of(Fault.slow);
        if (!victims.isEmpty()) {
            possible.addAll(Set.of(Fault.kill, Fault.cut, Fault.stall));
        }
        if (lanes.containsKey(Transport.redis) && FullDisk.isPossible()) {
            possible.add(Fault.full);
        }
        possible.retainAll(settings.faults());
        return possible;
    }

    private void hit(Faults.Planned planned, long start) {
        Fault fault = planned.fault();
        try {
            switch (fault) {
                case kill -> {
                    Victim victim = victims.get(planned.choice() % victims.size());
                    begun(planned, start, victim.name());
                    victim.die(planned.millis());
                }
                case cut -> {
                    Network network = networks.get(planned.choice() % networks.size());
                    begun(planned, start, network.name());
                    network.proxy().cut();
                }
                case stall -> {
                    Network network = networks.get(planned.choice() % networks.size());
                    begun(planned, start, network.name());
                    network.proxy().stall(true);
                    try {
                        TimeUnit.MILLISECONDS.sleep(planned.millis());
                    } finally {
                        network.proxy().stall(false);
                    }
                }
                case slow -> {
                    Listening listening = listenings.get(planned.choice() % listenings.size());
                    begun(planned, start, "listener " + listening.where());
                    listening.slow(1 + planned.choice() % SLOWEST_MILLIS);
                    try {
                        TimeUnit.MILLISECONDS.sleep(planned.millis());
                    } finally {
                        listening.slow(0);
                    }
                }
                case full -> {
                    begun(planned, start, "nonce file");
                    Lane redis = Objects.requireNonNull(lanes.get(Transport.redis));
                    redis.fillDisk(new FullDisk(pubsub), planned.millis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            troubles.add("The fault " + fault + " did not end as it should: " + e);
        }
    }

    private void begun(Faults.Planned planned, long start, String what) {
        happened.merge(planned.fault() + ", " + what, 1, Integer::sum);
        log.accept(String.format(
                Locale.ROOT,
                "%.1f s: %s, %s, %,d ms",
                (System.nanoTime() - start) / 1e9,
                planned.fault(),
                what,
                planned.millis()));
    }

    private static void end(ScheduledExecutorService faults) throws InterruptedException {
        faults.shutdown();
        if (!faults.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("A fault has not ended after " + END_SECONDS + " s");
        }
    }

    // ---- the end

    /** Waits until all has come, or nothing comes any more. */
    private void settle(Consumer<String> progress) throws InterruptedException {
        long progressed = System.nanoTime();
        long before = -1;
        while (!isComplete()
                && System.nanoTime() - progressed < settings.patience().toNanos()) {
            long now = received() - unknown();
            if (now != before) {
                before = now;
                progressed = System.nanoTime();
            }
            progress.accept("settling: " + state(0, 0));
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        TimeUnit.SECONDS.sleep(QUIET_SECONDS);
    }

    private boolean isComplete() {
        return unknown() == 0 && listenings.stream().allMatch(listening -> listening.lost() == 0);
    }

    private long received() {
        return listenings.stream().mapToLong(Listening::received).sum();
    }

    private Stream<Publications> publications() {
        return lanes.values().stream()
                .flatMap(lane -> lane.publishers().stream())
                .map(Publisher::publications);
    }

    private long unknown() {
        return publications().mapToLong(Publications::unknown).sum();
    }

    private String state(long millis, long total) {
        int faults = happened.values().stream().mapToInt(Integer::intValue).sum();
        String time = total == 0 ? "" : millis / 1000 + " of " + total / 1000 + " s  ";
        return String.format(
                Locale.ROOT,
                "%s%,d accepted  %,d received  %d faults",
                time,
                publications().mapToLong(Publications::accepted).sum(),
                received(),
                faults);
    }

    private void close() throws InterruptedException {
        for (Lane lane : lanes.values()) {
            for (TypedEventTarget target : lane.targets()) {
                try {
                    target.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
                } catch (TimeoutException | RuntimeException e) {
                    troubles.add("A target of " + lane.transport() + " did not close in good order: " + e);
                }
            }
        }
        for (HubProcess hub : hubs) {
            hub.stop();
        }
    }

    private static void await(String otherwise, long seconds, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("After " + seconds + " s " + otherwise);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }
}
