package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.eventtarget.core.codec.EventCodecs;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.Jedis;

/** Publishing to Redis Streams and consuming from them, next to clients used directly. Prints tables in Markdown. */
public final class RedisBenchmark {
    /** What all keys begin with. */
    static final String PREFIX = "eventtarget-benchmark";

    static final long PATIENCE_SECONDS = 120;

    /** 128 bytes of JSON. */
    static final byte[] DETAIL = EventCodecs.named("json").encodeDetail(Order.SAMPLE, Order.class);

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

    /** Work, and which part of the events is enough for it. */
    private record Row(String name, Work work, int share, boolean appends) {}

    private final URI uri;
    private final Size size;
    private final Jedis control;
    private int streams;

    private RedisBenchmark(URI uri, Size size) {
        this.uri = uri;
        this.size = size;
        this.control = new Jedis(uri);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} or nothing
     */
    public static void main(String... arguments) throws Exception {
        if (arguments.length > 1 || arguments.length == 1 && !arguments[0].equals("--quick")) {
            throw new IllegalArgumentException("The only option is --quick, not " + List.of(arguments));
        }
        run(arguments.length == 1 ? Size.QUICK : Size.FULL, System.out);
    }

    static void run(Size size, PrintStream out) throws Exception {
        try (RedisServer server = RedisServer.open()) {
            RedisBenchmark benchmark = new RedisBenchmark(server.uri(), size);
            try (benchmark.control) {
                out.printf("%nRedis %s, Java %s%n", server.version(), System.getProperty("java.version"));
                out.print(benchmark.publishing());
                out.print(benchmark.endToEnd());
                out.print(benchmark.latency());
            }
        }
    }

    private String publishing() throws Exception {
        try (RedisTarget idempotent = new RedisTarget(uri, true);
                RedisTarget plain = new RedisTarget(uri, false);
                RedisPeers.RawSocket raw = new RedisPeers.RawSocket(uri);
                RedisByHand byHand = new RedisByHand(uri);
                RedisPeers.JedisPipeline jedis = new RedisPeers.JedisPipeline(uri);
                RedisPeers.LettucePipeline lettuce = new RedisPeers.LettucePipeline(uri);
                RedisPeers.RedissonObjects redisson = new RedisPeers.RedissonObjects(uri)) {
            List<Row> rows = new ArrayList<>();
            rows.add(new Row("**eventTarget**, idempotent=false", plain::publish, 1, true));
            rows.add(new Row("**eventTarget**", idempotent::publish, 1, true));
            rows.add(new Row("**eventTarget**, events with ids", idempotent::publishWithIds, 1, true));
            boolean program = RedisPeers.Program.isThere();
            if (program) {
                rows.add(new Row(LIMIT, new RedisPeers.Program(uri)::publish, 1, true));
            }
            rows.add(new Row(RAW, raw::publish, 1, true));
            rows.add(new Row(BY_HAND + ", batch(256)", byHand::publish, 1, true));
            rows.add(new Row("Jedis, pipeline of 256", jedis::publish, 1, true));
            rows.add(new Row("Lettuce, flush per 256", lettuce::publish, 1, true));
            rows.add(new Row("Redisson, addAsync", redisson::publish, 4, true));
            return rates("Publish", rows, program ? LIMIT : RAW);
        }
    }

    private String endToEnd() throws Exception {
        try (RedisTarget idempotent = new RedisTarget(uri, true);
                RedisTarget plain = new RedisTarget(uri, false);
                RedisByHand byHand = new RedisByHand(uri);
                RedisPeers.RedissonObjects redisson = new RedisPeers.RedissonObjects(uri)) {
            return rates(
                    "Publish, consume in a group, acknowledge",
                    List.of(
                            new Row("**eventTarget**, idempotent=false", plain::relay, 1, true),
                            new Row("**eventTarget**", idempotent::relay, 1, true),
                            new Row(BY_HAND, byHand::relay, 1, true),
                            new Row("Redisson, reliable topic", redisson::relay, 20, false)),
                    BY_HAND);
        }
    }

    /** In turn, so that what the machine does meanwhile hits all alike. */
    private String rates(String title, List<Row> rows, String reference) throws Exception {
        Map<String, double[]> rates = new LinkedHashMap<>();
        rows.forEach(row -> rates.put(row.name, new double[size.rounds]));
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Row row : rows) {
                String stream = newStream();
                int events = Math.max(1, size.events / row.share);
                long nanos = row.work.run(stream, events);
                if (row.appends && control.xlen(stream) != events) {
                    throw new IllegalStateException(
                            row.name + " has appended " + control.xlen(stream) + " events instead of " + events);
                }
                deleteAll();
                if (round >= 0) {
                    rates(rates, row.name)[round] = events * 1e9 / nanos;
                }
            }
        }
        double limit = median(rates(rates, reference));
        StringBuilder table = new StringBuilder(
                "\n### " + title + "\n\n|  | events/s | from – to | of " + reference + " |\n|---|---:|---:|---:|\n");
        rates.forEach((name, each) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %,.0f k | %,.0f – %,.0f | %.2f |%n",
                name,
                median(each) / 1e3,
                Arrays.stream(each).min().orElseThrow() / 1e3,
                Arrays.stream(each).max().orElseThrow() / 1e3,
                median(each) / limit)));
        return table.toString();
    }

    private static double[] rates(Map<String, double[]> rates, String name) {
        double[] found = rates.get(name);
        if (found == null) {
            throw new IllegalArgumentException("No row " + name);
        }
        return found;
    }

    private String latency() throws Exception {
        try (RedisTarget idempotent = new RedisTarget(uri, true);
                RedisTarget plain = new RedisTarget(uri, false);
                RedisByHand byHand = new RedisByHand(uri)) {
            Map<String, TimedWork> works = new LinkedHashMap<>();
            works.put("**eventTarget**, idempotent=false", plain::latencies);
            works.put("**eventTarget**", idempotent::latencies);
            works.put(BY_HAND, byHand::latencies);
            Map<String, List<Latencies>> results = new LinkedHashMap<>();
            works.keySet().forEach(name -> results.put(name, new ArrayList<>()));
            for (int round = -1; round < size.rounds; round++) {
                for (Map.Entry<String, TimedWork> work : works.entrySet()) {
                    Latencies latencies = work.getValue().run(newStream(), size.timed);
                    deleteAll();
                    if (round >= 0) {
                        results.getOrDefault(work.getKey(), List.of()).add(latencies);
                    }
                }
            }
            double reference = micros(results.getOrDefault(BY_HAND, List.of()), 0.5);
            StringBuilder table = new StringBuilder("\n### Latency at 5,000 events/s\n\n|  | p50 | p99 | p50 of "
                    + BY_HAND + " |\n|---|---:|---:|---:|\n");
            results.forEach((name, each) -> table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.0f µs | %.0f µs | %.2f |%n",
                    name,
                    micros(each, 0.5),
                    micros(each, 0.99),
                    micros(each, 0.5) / reference)));
            return table.toString();
        }
    }

    private static double micros(List<Latencies> rounds, double quantile) {
        return median(rounds.stream()
                        .mapToDouble(latencies -> latencies.quantile(quantile))
                        .toArray())
                / 1e3;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
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
