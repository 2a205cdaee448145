package dev.eventtarget.redis;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisReplicas;
import io.vertx.redis.client.RedisRole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the configuration says. */
record RedisSettings(
        RedisOptions client,
        String address,
        boolean cluster,
        String prefix,
        int shards,
        int maxLen,
        Duration maxAge,
        boolean idempotent,
        Duration dedupWindow,
        int consumerDedup,
        @Nullable Path noncePath,
        int batch,
        int maxPending,
        Duration publishTimeout,
        Duration commandTimeout,
        Duration block,
        Duration claimAfter,
        @Nullable String consumer,
        Duration closeTimeout) {

    /** Commands under way on a connection: the client takes memory for so many at once. */
    static final int MOST_UNANSWERED = 8192;

    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_.:-]{1,100}");

    static Map<String, String> help() {
        Map<String, String> help = new TreeMap<>();
        help.put("host", "where Redis listens; of a cluster or of sentinels host:port,host:port,…");
        help.put("port", "its port; 6379 by default");
        help.put("path", "/ and the number of the database; 0 by default");
        help.put("user", "the ACL user");
        help.put("password", "its password");
        help.put("master", "the name that sentinels know the master by; mymaster by default");
        help.put("caFile", "PEM file with the certificates to trust, for TLS; by default those of the JVM");
        help.put("verifyHost", "whether the server's certificate must name the host, for TLS; true by default");
        help.put("prefix", "what the keys of all streams begin with; eventtarget by default");
        help.put("codec", "json, the default, or cbor");
        help.put("shards", "over how many streams the events of a type are spread, by ordering key; 1 by default");
        help.put("maxLen", "about how many entries to keep of a stream; 0, the default, for all");
        help.put("maxAge", "about how long to keep entries; 0s, the default, for ever");
        help.put("idempotent", "whether an event that is sent again is appended once; true by default");
        help.put("dedupWindow", "how long the server remembers IDs for that; 10m by default");
        help.put(
                "consumerDedup",
                "among how many events handled last a listener is spared duplicates; 4096 by default, 0 for none");
        help.put(
                "producerNoncePath",
                "file that keeps the producer's identity over restarts; by default each run has a new one");
        help.put("batch", "the most events of one append; 512 by default");
        help.put("maxPending", "the most events that wait for confirmation; 65536 by default");
        help.put("publishTimeout", "how long an event is sent again before its future fails; 30s by default");
        help.put("commandTimeout", "how long a command may take before the connection counts as lost; 5s by default");
        help.put("block", "how long a read waits at the server for events; 2s by default");
        help.put("claimAfter", "how long a consumer may be silent before others take over its events; 30s by default");
        help.put("consumer", "this process's name in consumer groups; by default a new one for each listener");
        help.put("closeTimeout", "how long close() waits for listeners; 30s by default");
        return help;
    }

    static RedisSettings of(EventTargetConfig config) {
        String prefix = config.string("prefix", "eventtarget");
        if (!PREFIX.matcher(prefix).matches()) {
            throw new ConfigurationException("The option prefix=" + prefix + " must be 1 to 100 of [A-Za-z0-9_.:-]");
        }
        String nonce = config.string("producerNoncePath");
        boolean cluster = config.transport().endsWith("+cluster");
        return new RedisSettings(
                client(config, cluster),
                config.transport() + "://" + config.string("host", "localhost")
                        + (config.string("port") == null ? "" : ":" + config.string("port")),
                cluster,
                prefix,
                config.integer("shards", 1, 1, 1024),
                config.integer("maxLen", 0, 0, Integer.MAX_VALUE),
                config.duration("maxAge", Duration.ZERO),
                config.bool("idempotent", true),
                config.duration("dedupWindow", Duration.ofMinutes(10)),
                config.integer("consumerDedup", RedisStreamDedup.DEFAULT_CAPACITY, 0, 1 << 24),
                nonce == null ? null : Path.of(nonce),
                config.integer("batch", 512, 1, 4096),
                config.integer("maxPending", 65536, 1, 1 << 24),
                positive(config, "publishTimeout", Duration.ofSeconds(30)),
                positive(config, "commandTimeout", Duration.ofSeconds(5)),
                positive(config, "block", Duration.ofSeconds(2)),
                positive(config, "claimAfter", Duration.ofSeconds(30)),
                config.string("consumer"),
                config.duration("closeTimeout", Duration.ofSeconds(30)));
    }

    private static Duration positive(EventTargetConfig config, String name, Duration byDefault) {
        Duration duration = config.duration(name, byDefault);
        if (duration.isZero()) {
            throw new ConfigurationException("The option " + name + " must be more than 0");
        }
        return duration;
    }

    private static RedisOptions client(EventTargetConfig config, boolean cluster) {
        boolean tls = config.transport().startsWith("rediss");
        boolean sentinel = config.transport().endsWith("+sentinel");
        NetClientOptions net = new NetClientOptions()
                .setTcpKeepAlive(true)
                .setTcpNoDelay(true)
                .setConnectTimeout((int) positive(config, "commandTimeout", Duration.ofSeconds(5))
                        .toMillis());
        if (tls) {
            net.setSsl(true).setHostnameVerificationAlgorithm(config.bool("verifyHost", true) ? "HTTPS" : "");
            String caFile = config.string("caFile");
            if (caFile != null) {
                net.setTrustOptions(new PemTrustOptions().addCertPath(caFile));
            }
        }
        RedisOptions options = new RedisOptions()
                .setType(
                        cluster
                                ? RedisClientType.CLUSTER
                                : sentinel ? RedisClientType.SENTINEL : RedisClientType.STANDALONE)
                .setNetClientOptions(net)
                .setPreferredProtocolVersion(ProtocolVersion.RESP2)
                .setMaxWaitingHandlers(MOST_UNANSWERED)
                .setMaxPoolSize(cluster ? 64 : 4)
                .setMaxPoolWaiting(64)
                .setPoolRecycleTimeout(-1);
        if (sentinel) {
            options.setMasterName(config.string("master", "mymaster")).setRole(RedisRole.MASTER);
        }
        if (cluster) {
            options.setUseReplicas(RedisReplicas.NEVER);
        }
        String user = config.string("user");
        String password = config.string("password");
        if (user != null) {
            options.setUser(user);
        }
        if (password != null) {
            options.setPassword(password);
        }
        String path = config.string("path", "");
        if (!path.matches("(/\\d{1,4})?")) {
            // not repeated: it may be the end of a password with a / in it
            throw new ConfigurationException("The path must be / and the number of a database, such as /1");
        }
        int port = config.integer("port", 6379, 1, 65535);
        for (String host : config.string("host", "localhost").split(",", -1)) {
            if (host.isBlank()) {
                throw new ConfigurationException(
                        "The hosts have an empty one between commas: write host:port,host:port");
            }
            boolean hasPort = host.lastIndexOf(':') > host.lastIndexOf(']');
            options.addConnectionString((tls ? "rediss://" : "redis://") + host + (hasPort ? "" : ":" + port) + path);
        }
        return options;
    }

    /** The key of a type's stream. */
    String stream(String type) {
        return prefix + ":" + type;
    }

    /** The key of one of a type's streams. */
    String stream(String type, int shard) {
        return shards == 1 ? stream(type) : prefix + ":" + type + ":" + shard;
    }

    /** The keys of all of a type's streams. */
    List<String> streams(String type) {
        return IntStream.range(0, shards).mapToObj(shard -> stream(type, shard)).toList();
    }
}
