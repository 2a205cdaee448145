package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Asks a server about itself, beside what a target does with it. */
abstract class ServerProbe {
    /** By so much clocks may differ: half of what hubs allow for. */
    static final long CLOCK_MILLIS = 15_000;

    static final String UNREACHABLE =
            "start the server, or correct host and port in the URL; see whether a firewall is between";

    private static final int REDIS_VERSION = 7;

    final Vertx vertx;
    final EventTargetConfig config;

    private ServerProbe(Vertx vertx, EventTargetConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /**
     * What a server has said.
     *
     * @param server which it is
     * @param warnings what may turn out badly
     * @param aheadMillis by how much its clock is ahead of this one's; null where it does not say
     */
    record Findings(
            String server, List<String> warnings, @Nullable Long aheadMillis) {}

    /** {@return what asks the server of a target; null where there is none that can be asked} */
    static @Nullable ServerProbe of(Vertx vertx, EventTargetConfig config) {
        if (config.transport().startsWith("ws")) {
            return new OfHub(vertx, config);
        }
        return config.transport().startsWith("redis") ? new OfRedis(vertx, config) : null;
    }

    /** Asks; completes with what it says. */
    abstract Future<Findings> ask();

    /** {@return what to do about an error} */
    String advice(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return "name the certificates to trust in the option caFile; see whether the server speaks TLS at this port,"
                        + " and whether its certificate names the host";
            }
        }
        return UNREACHABLE;
    }

    /** {@return the token that the URL gives, if it does} */
    @Nullable BearerToken token() {
        String token = config.string("token");
        String file = config.string("tokenFile");
        try {
            return token != null
                    ? new BearerToken(token)
                    : file == null
                            ? null
                            : new BearerToken(Files.readString(Path.of(file)).strip());
        } catch (IOException e) {
            throw new ConfigurationException("tokenFile", "tokenFile: " + file + " can't be read: " + e, e);
        }
    }

    private static String host(EventTargetConfig config, int byDefault) {
        String first = config.string("host", "localhost").replaceFirst(",.*", "");
        boolean named = first.lastIndexOf(':') > first.lastIndexOf(']');
        return named ? first : first + ":" + config.integer("port", byDefault, 1, 65_535);
    }

    private static boolean isTls(EventTargetConfig config) {
        return config.transport().startsWith("wss") || config.transport().startsWith("rediss");
    }

    private static void certificates(EventTargetConfig config, ClientOptionsBase options) {
        String caFile = config.string("caFile");
        if (caFile != null) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(caFile));
        }
        String certFile = config.string("certFile");
        String keyFile = config.string("keyFile");
        if (certFile != null && keyFile != null) {
            options.setKeyCertOptions(
                    new PemKeyCertOptions().setCertPath(certFile).setKeyPath(keyFile));
        }
    }

    /** {@return how to connect to the first server that a configuration of {@code redis:} names} */
    static RedisOptions redisOptions(EventTargetConfig config) {
        NetClientOptions net = new NetClientOptions();
        if (isTls(config)) {
            net.setSsl(true).setHostnameVerificationAlgorithm(config.bool("verifyHost", true) ? "HTTPS" : "");
            certificates(config, net);
        }
        RedisOptions options = new RedisOptions()
                .setNetClientOptions(net)
                .setPreferredProtocolVersion(ProtocolVersion.RESP2)
                .setConnectionString((isTls(config) ? "rediss://" : "redis://") + host(config, 6379));
        String user = config.string("user");
        String password = config.string("password");
        boolean sentinel = config.transport().endsWith("+sentinel");
        if (user != null && !sentinel) {
            options.setUser(user);
        }
        if (password != null && !sentinel) {
            options.setPassword(password);
        }
        return options;
    }

    /** A hub answers HTTP that asks for no WebSocket, and says what time it is. */
    private static final class OfHub extends ServerProbe {
        OfHub(Vertx vertx, EventTargetConfig config) {
            super(vertx, config);
        }

        @Override
        Future<Findings> ask() {
            HttpClientOptions options = new HttpClientOptions().setSsl(isTls(config));
            if (isTls(config)) {
                options.setVerifyHost(config.bool("verifyHost", true));
                certificates(config, options);
            }
            HttpClientAgent client = vertx.createHttpClient(options);
            String url = (isTls(config) ? "https://" : "http://")
                    + host(config, isTls(config) ? 443 : 80)
                    + config.string("path", "/events");
            return client.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(url))
                    .compose(HttpClientRequest::send)
                    .compose(response -> response.body().map(body -> {
                        boolean hub =
                                response.statusCode() == 426 && body.toString().startsWith("Spokes connect here");
                        return new Findings(
                                hub ? "a hub, at " + url : "HTTP status " + response.statusCode() + " at " + url,
                                hub
                                        ? List.of()
                                        : List.of("it does not answer as a hub does: see whether the path is right, and"
                                                + " whether a proxy passes WebSockets on"),
                                ahead(response.getHeader(HttpHeaders.DATE)));
                    }))
                    .eventually(client::close);
        }

        private static @Nullable Long ahead(@Nullable String date) {
            try {
                return date == null
                        ? null
                        : ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                                        .toInstant()
                                        .toEpochMilli()
                                - System.currentTimeMillis() / 1000 * 1000;
            } catch (DateTimeParseException e) {
                return null;
            }
        }
    }

    /** The first of the servers, as it is: of a cluster or of sentinels as well. */
    private static final class OfRedis extends ServerProbe {
        OfRedis(Vertx vertx, EventTargetConfig config) {
            super(vertx, config);
        }

        @Override
        Future<Findings> ask() {
            Redis client = Redis.createClient(vertx, redisOptions(config));
            return client.connect().compose(this::ask).eventually(client::close);
        }

        private Future<Findings> ask(RedisConnection connection) {
            Future<@Nullable Long> ahead = connection
                    .send(Request.cmd(Command.TIME))
                    .map(time -> time.get(0).toLong() * 1000 + time.get(1).toLong() / 1000 - System.currentTimeMillis())
                    .<@Nullable Long>map(millis -> millis)
                    .otherwiseEmpty();
            return connection
                    .send(Request.cmd(Command.INFO))
                    .map(Response::toString)
                    .map(OfRedis::properties)
                    .map(OfRedis::findings)
                    .recover(error -> String.valueOf(error.getMessage()).contains("NOPERM")
                            ? Future.succeededFuture(new Findings(
                                    "Redis", List.of("this user may not ask it for more: its ACL lacks +info"), null))
                            : Future.failedFuture(error))
                    .compose(found -> ahead.map(millis -> new Findings(found.server, found.warnings, millis)));
        }

        private static Map<String, String> properties(String info) {
            return info.lines()
                    .map(line -> line.split(":", 2))
                    .filter(pair -> pair.length == 2)
                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1].strip(), (one, other) -> one));
        }

        private static Findings findings(Map<String, String> info) {
            String version = info.getOrDefault("redis_version", "?");
            List<String> warnings = new ArrayList<>();
            if (version.matches("\\d+\\..*") && Integer.parseInt(version.replaceFirst("\\..*", "")) < REDIS_VERSION) {
                warnings.add("Redis " + REDIS_VERSION + ".0 or later is needed: install it");
            }
            if (!info.getOrDefault("maxmemory", "0").equals("0")
                    && !info.getOrDefault("maxmemory_policy", "noeviction").equals("noeviction")) {
                warnings.add(
                        "it throws events away when its memory is full: set maxmemory-policy to noeviction, and bound"
                                + " the streams by maxLen or maxAge");
            }
            if (info.getOrDefault("aof_enabled", "1").equals("0")) {
                warnings.add("it loses the latest events when it crashes: set appendonly to yes, if that matters");
            }
            if (!info.getOrDefault("role", "master").equals("master")) {
                warnings.add("it is a replica, which takes no events: name the master, or use redis+sentinel://");
            }
            return new Findings("Redis " + version, warnings, null);
        }

        @Override
        String advice(Throwable error) {
            String message = String.valueOf(error.getMessage());
            return message.contains("WRONGPASS") || message.contains("NOAUTH")
                    ? "give the right user and password in the URL: redis://user:password@host"
                    : super.advice(error);
        }
    }
}
