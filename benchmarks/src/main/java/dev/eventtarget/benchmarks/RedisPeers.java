package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.redisson.Redisson;
import org.redisson.api.RReliableTopic;
import org.redisson.api.RStream;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.config.Config;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.params.XAddParams;

/** Other clients, and what has none. Details are bytes that exist. */
final class RedisPeers {
    private static final int PIPELINE = 256;
    private static final byte[] TYPE = ascii("type");
    private static final byte[] PLACED = ascii("order.placed");
    private static final byte[] DETAIL = ascii("detail");
    private static final byte[] DEDUP_ID = ascii("dedup_id");

    private RedisPeers() {}

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    @SuppressWarnings("ArrayAsKeyOfSetOrMap") // what the clients ask for, and only go through
    private static Map<byte[], byte[]> fields(int number) {
        Map<byte[], byte[]> fields = new LinkedHashMap<>(8);
        fields.put(TYPE, PLACED);
        fields.put(DETAIL, RedisBenchmark.DETAIL);
        fields.put(DEDUP_ID, ascii(RedisBenchmark.dedupId(number)));
        return fields;
    }

    /** The program that comes with Redis: the limit. It is on the path or not. */
    static final class Program {
        private static final String NAME = "redis-benchmark";

        private final URI uri;

        Program(URI uri) {
            this.uri = uri;
        }

        static boolean isThere() {
            try {
                Process process = new ProcessBuilder(NAME, "--version")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                return process.waitFor() == 0;
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        long publish(String stream, int events) throws IOException, InterruptedException {
            Process process = new ProcessBuilder(
                            NAME,
                            "-h",
                            uri.getHost(),
                            "-p",
                            Integer.toString(uri.getPort()),
                            "-c",
                            "1",
                            "-P",
                            Integer.toString(PIPELINE),
                            "-r",
                            "100000000",
                            "-n",
                            Integer.toString(events),
                            "--csv",
                            "XADD",
                            stream,
                            "*",
                            "type",
                            "order.placed",
                            "detail",
                            new String(RedisBenchmark.DETAIL, US_ASCII),
                            "dedup_id",
                            "f3a1b2c4:0:__rand_int__")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            process.waitFor();
            // the command itself, quoted and with commas in it, and then the events a second
            String row = output.lines().reduce((first, second) -> second).orElse("");
            String[] columns = row.substring(row.lastIndexOf("}\"") + 1).split("\",\"", -1);
            for (String column : columns) {
                try {
                    return (long) (events * 1e9 / Double.parseDouble(column.replace("\"", "")));
                } catch (NumberFormatException e) {
                    // the command
                }
            }
            throw new IOException(NAME + " has no result: " + output);
        }
    }

    /** Bytes into a socket, and the answers counted: no client at all. */
    static final class RawSocket implements AutoCloseable {
        private static final int ON_THE_WAY = 8 * PIPELINE;
        private static final int LINES_OF_ANSWER = 2;

        private final Socket socket;

        RawSocket(URI uri) throws IOException {
            socket = new Socket(uri.getHost(), uri.getPort());
            socket.setTcpNoDelay(true);
        }

        long publish(String stream, int events) throws Exception {
            byte[] head = command(stream);
            Semaphore room = new Semaphore(ON_THE_WAY);
            long start = System.nanoTime();
            CompletableFuture<Void> answers = new CompletableFuture<>();
            Thread reader = new Thread(() -> {
                try {
                    read(events, room);
                    answers.complete(null);
                } catch (IOException e) {
                    answers.completeExceptionally(e);
                    room.release(events);
                }
            });
            reader.setDaemon(true);
            reader.start();
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 17);
            for (int i = 0; i < events; i++) {
                if (i % PIPELINE == 0) {
                    out.flush();
                    room.acquire(Math.min(PIPELINE, events - i));
                }
                String id = RedisBenchmark.dedupId(i);
                out.write(head);
                out.write(ascii("$" + id.length() + "\r\n" + id + "\r\n"));
            }
            out.flush();
            answers.get(RedisBenchmark.PATIENCE_SECONDS, TimeUnit.SECONDS);
            return System.nanoTime() - start;
        }

        /** All of an {@code XADD} but the last argument. */
        private static byte[] command(String stream) {
            StringBuilder command = new StringBuilder("*9\r\n");
            for (String part : new String[] {
                "XADD",
                stream,
                "*",
                "type",
                "order.placed",
                "detail",
                new String(RedisBenchmark.DETAIL, US_ASCII),
                "dedup_id"
            }) {
                command.append('$')
                        .append(part.length())
                        .append("\r\n")
                        .append(part)
                        .append("\r\n");
            }
            return ascii(command.toString());
        }

        private void read(int events, Semaphore room) throws IOException {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[1 << 16];
            long lines = 0;
            long released = 0;
            while (lines < (long) events * LINES_OF_ANSWER) {
                int length = in.read(buffer);
                if (length < 0) {
                    throw new EOFException("Redis has closed the connection");
                }
                for (int i = 0; i < length; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    } else if (buffer[i] == '-' && lines % LINES_OF_ANSWER == 0) {
                        throw new IOException("Redis refuses: " + new String(buffer, i, length - i, UTF_8));
                    }
                }
                long answered = lines / LINES_OF_ANSWER;
                room.release((int) (answered - released));
                released = answered;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Jedis, a pipeline of 256. */
    static final class JedisPipeline implements AutoCloseable {
        private final Jedis jedis;

        JedisPipeline(URI uri) {
            jedis = new Jedis(uri, RedisBenchmark.PATIENCE_MILLIS);
        }

        long publish(String stream, int events) {
            byte[] key = ascii(stream);
            XAddParams params = XAddParams.xAddParams();
            long start = System.nanoTime();
            Pipeline pipeline = jedis.pipelined();
            for (int i = 0; i < events; i++) {
                pipeline.xadd(key, params, fields(i));
                if (i % PIPELINE == PIPELINE - 1) {
                    pipeline.sync();
                }
            }
            pipeline.sync();
            return System.nanoTime() - start;
        }

        @Override
        public void close() {
            jedis.close();
        }
    }

    /** Lettuce, flushed every 256 commands. */
    static final class LettucePipeline implements AutoCloseable {
        private static final int PIPELINES_ON_THE_WAY = 8;

        private final RedisClient client;
        private final StatefulRedisConnection<byte[], byte[]> connection;

        LettucePipeline(URI uri) {
            client = RedisClient.create(uri.toString());
            connection = client.connect(io.lettuce.core.codec.ByteArrayCodec.INSTANCE);
            connection.setAutoFlushCommands(false);
        }

        long publish(String stream, int events) throws TimeoutException {
            byte[] key = ascii(stream);
            long start = System.nanoTime();
            Deque<RedisFuture<String>> onTheWay = new ArrayDeque<>();
            RedisFuture<String> last = null;
            for (int i = 0; i < events; i++) {
                last = connection.async().xadd(key, fields(i));
                if (i % PIPELINE == PIPELINE - 1) {
                    connection.flushCommands();
                    onTheWay.add(last);
                    if (onTheWay.size() == PIPELINES_ON_THE_WAY) {
                        await(onTheWay.remove());
                    }
                }
            }
            connection.flushCommands();
            if (last != null) {
                await(last);
            }
            return System.nanoTime() - start;
        }

        private static void await(RedisFuture<String> answer) throws TimeoutException {
            if (!LettuceFutures.awaitAll(Duration.ofSeconds(RedisBenchmark.PATIENCE_SECONDS), answer)) {
                throw new TimeoutException("Redis has not answered");
            }
        }

        @Override
        public void close() {
            connection.close();
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    /** Redisson: a stream without a pipeline of its own, and its reliable topic. */
    static final class RedissonObjects implements AutoCloseable {
        private static final int ON_THE_WAY = 8 * PIPELINE;

        private final RedissonClient client;

        RedissonObjects(URI uri) {
            Config config = new Config();
            config.useSingleServer()
                    .setAddress(uri.toString())
                    .setTimeout(RedisBenchmark.PATIENCE_MILLIS); // what is sent again is appended twice
            client = Redisson.create(config);
        }

        long publish(String stream, int events) throws InterruptedException {
            RStream<byte[], byte[]> target =
                    client.getStream(stream, org.redisson.client.codec.ByteArrayCodec.INSTANCE);
            Semaphore room = new Semaphore(ON_THE_WAY);
            long start = System.nanoTime();
            for (int i = 0; i < events; i++) {
                room.acquire();
                target.addAsync(StreamAddArgs.entries(fields(i))).whenComplete((id, error) -> room.release());
            }
            room.acquire(ON_THE_WAY);
            return System.nanoTime() - start;
        }

        long relay(String name, int events) throws Exception {
            RReliableTopic topic = client.getReliableTopic(name, org.redisson.client.codec.ByteArrayCodec.INSTANCE);
            CountDownLatch missing = new CountDownLatch(events);
            topic.addListener(byte[].class, (channel, message) -> missing.countDown());
            Semaphore room = new Semaphore(ON_THE_WAY);
            long start = System.nanoTime();
            for (int i = 0; i < events; i++) {
                room.acquire();
                topic.publishAsync(RedisBenchmark.DETAIL).whenComplete((count, error) -> room.release());
            }
            if (!missing.await(RedisBenchmark.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new TimeoutException(missing.getCount() + " events have not arrived");
            }
            long nanos = System.nanoTime() - start;
            topic.removeAllListeners();
            return nanos;
        }

        @Override
        public void close() {
            client.shutdown();
        }
    }
}
