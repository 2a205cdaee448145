package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.eventtarget.core.codec.EventCodecs;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.Jedis;

/** Publishing to Redis Streams and consuming from them, next to clients used directly. Prints tables in Markdown. */
public final class RedisBenchmark {
    /** What all keys begin with. */
    static final String PREFIX = "eventtarget-benchmark";

    static final int PATIENCE_SECONDS = 120;
    static final int PATIENCE_MILLIS = PATIENCE_SECONDS * 1000;

    /** 128 bytes of JSON. */
    static final byte[] DETAIL = EventCodecs.named("json").encodeDetail(Order.SAMPLE, Order.class);

    private static final String EVENTS = "events/s";
    private static final String OWN = "eventTarget";
    private static final String PLAIN = OWN + ", idempotent=false";
    private static final String RELIABLE_TOPIC = "Redisson, reliable topic";
    private static final String LIMIT = "redis-benchmark -P 256";
    private static final String RAW = "socket, 256 commands a write";
    private static final String BY_HAND = "Vert.x client by hand";

    /** How often and how much; the first rounds are not counted. */
    record Size(int warmUps, int rounds, int events, int timed) {
        static final Size FULL = new Size(2, 5, 400 * 1024, 20_000);
        static final Size QUICK = new Size(1, 3, 100 * 1024, 5_000);
    }

    /** Handles events and returns how many nanoseconds that took. */
    @FunctionalInterface
    interface Work {
        long run(String stream, int events) throws Exception;
    }

    @FunctionalInterface
    interface TimedWork {
        Latencies run(String stream, int events) throws Exception;
    }

    /** Work, which part of the events is enough for it, and over how many streams it spreads what it appends. */
    private record Row(String name, String column, Work work, int share, int shards, boolean appends) {
        Row(String name, Work work, int share, boolean appends) {
            this(name, EVENTS, work, share, 1, appends);
        }
    }

    private final URI uri;
    private final Size size;
    private final Jedis control;
    private int streams;

    private RedisBenchmark(URI uri, Size size) {
        this.uri = uri;
        this.size = size;
        this.control = new Jedis(uri, PATIENCE_MILLIS);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} or nothing
     */
    public static void main(String... arguments) {
        if (arguments.length > 1 || arguments.length == 1 && !arguments[0].equals("--quick")) {
            throw new IllegalArgumentException("The only option is --quick, not " + List.of(arguments));
        }
        Part.measure(part -> run(arguments.length == 1 ? Size.QUICK : Size.FULL, part));
    }

    static void run(Size size, Part part) throws Exception {
        try (RedisServer server = RedisServer.open()) {
            if (server == null) {
                part.note("Redis is left out: there is no `REDIS_URL`, and no redis-server for this platform.");
                return;
            }
            RedisBenchmark benchmark = new RedisBenchmark(server.uri(), size);
            try (benchmark.control) {
                part.note("Redis is " + server.version()
                        + (server.isOwn() ? ", started for this." : ", at `REDIS_URL`."));
                if (!RedisPeers.Program.isThere()) {
                    part.note("`redis-benchmark` is left out: it is not on the `PATH`.");
                }
                part.add(benchmark.publishing());
                part.add(benchmark.endToEnd());
                part.add(benchmark.latency());
                part.add(benchmark.shards());
            }
        }
    }

    private Table publishing() throws Exception {
        try (RedisTarget idempotent = new RedisTarget(uri, true);
                RedisTarget plain = new RedisTarget(uri, false);
                RedisPeers.RawSocket raw = new RedisPeers.RawSocket(uri);
                RedisByHand byHand = new RedisByHand(uri);
                RedisPeers.JedisPipeline jedis = new RedisPeers.JedisPipeline(uri);
                RedisPeers.LettucePipeline lettuce = new RedisPeers.LettucePipeline(uri);
                RedisPeers.RedissonObjects redisson = new RedisPeers.RedissonObjects(uri)) {
            List<Row> rows = new ArrayList<>();
            rows.add(new Row(PLAIN, plain::publish, 1, true));
            rows.add(new Row(OWN, idempotent::publish, 1, true));
            rows.add(new Row(OWN + ", events with ids", idempotent::publishWithIds, 1, true));
            if (RedisPeers.Program.isThere()) {
                rows.add(new Row(LIMIT, new RedisPeers.Program(uri)::publish, 1, true));
            }
            rows.add(new Row(RAW, raw::publish, 1, true));
            rows.add(new Row(BY_HAND + ", batch(256)", byHand::publish, 1, true));
            rows.add(new Row("Jedis, pipeline of 256", jedis::publish, 1, true));
            rows.add(new Row("Lettuce, flush per 256", lettuce::publish, 1, true));
            rows.add(new Row("Redisson, addAsync", redisson::publish, 4, true));
            return measured(
                    new Table("Redis: publish", Table.Unit.PER_SECOND, EVENTS, true, LIMIT, RAW),
                    rows,
                    (seconds, events) -> events / seconds);
        }
    }

    private Table endToEnd() throws Exception {
        try (RedisTarget idempotent = new RedisTarget(uri, true);
                RedisTarget plain = new RedisTarget(uri, false);
                RedisByHand byHand = new RedisByHand(uri);
                RedisPeers.RedissonObjects redisson = new RedisPeers.RedissonObjects(uri)) {
            return measured(
                    new Table("Redis: end to end", Table.Unit.PER_SECOND, EVENTS, true, BY_HAND, RELIABLE_TOPIC),
                    List.of(
                            new Row(PLAIN, plain::relay, 1, true),
                            new Row(OWN, idempotent::relay, 1, true),
                            new Row(BY_HAND, byHand::relay, 1, true),
                            new Row(RELIABLE_TOPIC, redisson::relay, 20, false)),
                    (seconds, events) -> events / seconds);
        }
    }

    /** What it costs to spread a type over several streams of one server. */
    private Table shards() throws Exception {
        List<RedisTarget> targets = new ArrayList<>();
        try {
            List<Row> rows = new ArrayList<>();
            for (int shards : new int[] {1, 2, 4, 8}) {
                RedisTarget target = new RedisTarget(uri, true, shards);
                targets.add(target);
                String column = "shards = " + shards;
                rows.add(new Row(OWN + ", publish", column, target::publishByTopics, 2, shards, true));
                rows.add(new Row(OWN + ", end to end", column, target::relayByTopics, 2, shards, true));
            }
            return measured(
                    new Table("Redis: shards", Table.Unit.SECONDS, "time of an event", true),
                    rows,
                    (seconds, events) -> seconds / events);
        } finally {
            targets.forEach(RedisTarget::close);
        }
    }

    /** What is made of the time that so many events took. */
    private interface Figure {
        double of(double seconds, int events);
    }

    /** In turn, so that what the machine does meanwhile hits all alike. */
    private Table measured(Table table, List<Row> rows, Figure figure) throws Exception {
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Row row : rows) {
                String stream = newStream();
                int events = Math.max(1, size.events / row.share);
                long nanos = row.work.run(stream, events);
                long appended = RedisTarget.streams(stream, row.shards).stream()
                        .mapToLong(control::xlen)
                        .sum();
                if (row.appends && appended != events) {
                    throw new IllegalStateException(
                            row.name + " has appended " + appended + " events instead of " + events);
                }
                deleteAll();
                if (round >= 0) {
                    table.add(row.name, row.column, figure.of(nanos / 1e9, events));
                }
            }
        }
        return table;
    }

    private Table latency() throws Exception {
        try (RedisTarget idempotent = new RedisTarget(uri, true);
                RedisTarget plain = new RedisTarget(uri, false);
                RedisByHand byHand = new RedisByHand(uri)) {
            Map<String, TimedWork> works = new LinkedHashMap<>();
            works.put(PLAIN, plain::latencies);
            works.put(OWN, idempotent::latencies);
            works.put(BY_HAND, byHand::latencies);
            Table table = new Table(
                    "Redis: latency", Table.Unit.SECONDS, "from publishing to the consumer's code", true, BY_HAND);
            for (int round = -1; round < size.rounds; round++) {
                for (Map.Entry<String, TimedWork> work : works.entrySet()) {
                    Latencies latencies = work.getValue().run(newStream(), size.timed);
                    deleteAll();
                    if (round >= 0) {
                        table.add(work.getKey(), "p50", latencies.quantile(0.5) / 1e9);
                        table.add(work.getKey(), "p99", latencies.quantile(0.99) / 1e9);
                    }
                }
            }
            return table;
        }
    }

    /** What an append is known by: as long as Event Target's own. */
    static String dedupId(int number) {
        return "f3a1b2c4d5e6:0:" + number;
    }

    private String newStream() {
        return PREFIX + ":order.placed" + streams++;
    }

    private void deleteAll() {
        Set<byte[]> keys = control.keys(("*" + PREFIX + "*").getBytes(US_ASCII));
        byte[][] all = keys.toArray(byte[][]::new);
        for (int from = 0; from < all.length; from += 1000) {
            control.del(Arrays.copyOfRange(all, from, Math.min(all.length, from + 1000)));
        }
    }
}
