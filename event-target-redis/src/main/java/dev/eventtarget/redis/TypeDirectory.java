package dev.eventtarget.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The types that were ever published: a set at the server, and a stream that tells of additions. Patterns are matched with
 * it, also by types that appear later.
 */
final class TypeDirectory {
    private static final int LOG_LENGTH = 10_000;

    private final RedisSettings settings;
    private final String set;
    private final String log;
    private final RedisLine watching;

    /** On the publisher's context alone: what was made known over the connection that there is. */
    private final Map<String, Future<Void>> announced = new HashMap<>();

    private @Nullable RedisConnection announcedOn;
    private final Set<Consumer<String>> watchers = new CopyOnWriteArraySet<>();
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private @Nullable Future<Void> watch;
    private String last = "0-0";
    private volatile boolean closed;

    TypeDirectory(Vertx vertx, Context context, RedisSettings settings, Connections connections) {
        this.settings = settings;
        this.set = settings.prefix() + ":$types";
        this.log = set + ":log";
        this.watching = new RedisLine(vertx, context, settings, connections, "Watching for new types");
    }

    /** Whether a type was made known over the connection that there is. */
    boolean isAnnounced(String type) {
        Future<Void> known = announced.get(type);
        return known != null && known.succeeded();
    }

    /**
     * Makes a type known, before its first event: on the connection that the event is to take. Anew on each one, as a server
     * that comes back may have lost it.
     */
    Future<Void> announce(RedisLine line, RedisConnection on, String type) {
        if (announcedOn != on) {
            announcedOn = on;
            announced.clear();
        }
        Future<Void> known = announced.get(type);
        if (known == null || known.failed()) {
            known = line.send(on, Request.cmd(Command.SISMEMBER).arg(set).arg(type))
                    .compose(member -> member.toInteger() == 1 ? Future.succeededFuture() : add(line, on, type));
            announced.put(type, known);
        }
        return known;
    }

    /** The log first: if the connection is lost between the two, it is told twice rather than not at all. */
    private Future<Void> add(RedisLine line, RedisConnection on, String type) {
        return line.send(
                        on,
                        Request.cmd(Command.XADD)
                                .arg(log)
                                .arg("MAXLEN")
                                .arg("~")
                                .arg(LOG_LENGTH)
                                .arg("*")
                                .arg("type")
                                .arg(type))
                .compose(
                        told -> line.send(on, Request.cmd(Command.SADD).arg(set).arg(type)))
                .mapEmpty();
    }

    /**
     * Tells of every type that there is, and then of each that appears; the future completes when it has told of those that
     * there are.
     */
    Future<Void> watch(Consumer<String> watcher) {
        return watching.onContext(() -> {
            Future<Void> begun = watch;
            if (begun == null || begun.failed()) {
                begun = begin();
                watch = begun;
            }
            return begun.onSuccess(ready -> {
                known.forEach(watcher);
                watchers.add(watcher);
            });
        });
    }

    void unwatch(Consumer<String> watcher) {
        watchers.remove(watcher);
    }

    /** The end of the log first, then the set: a type that appears between is in both rather than in neither. */
    private Future<Void> begin() {
        return watching.send(Request.cmd(Command.XREVRANGE)
                        .arg(log)
                        .arg("+")
                        .arg("-")
                        .arg("COUNT")
                        .arg(1))
                .compose(entries -> {
                    if (entries != null && entries.size() > 0) {
                        last = entries.get(0).get(0).toString();
                    }
                    return watching.send(Request.cmd(Command.SMEMBERS).arg(set));
                })
                .map(members -> {
                    members.forEach(member -> known.add(member.toString()));
                    read();
                    return (Void) null;
                });
    }

    private void read() {
        if (closed) {
            return;
        }
        long block = settings.block().toMillis();
        watching.connection()
                .compose(on -> watching.send(
                        on,
                        Request.cmd(Command.XREAD)
                                .arg("BLOCK")
                                .arg(block)
                                .arg("STREAMS")
                                .arg(log)
                                .arg(last),
                        block + settings.commandTimeout().toMillis()))
                .onComplete(this::take, error -> watching.after(RedisErrors.isReply(error) ? block : 0, this::read));
    }

    private void take(@Nullable Response streams) {
        if (streams != null) {
            for (Response entry : streams.get(0).get(1)) {
                last = entry.get(0).toString();
                String type = entry.get(1).get(1).toString();
                if (known.add(type)) {
                    watchers.forEach(watcher -> watcher.accept(type));
                }
            }
        }
        read();
    }

    Future<Void> close() {
        closed = true;
        return watching.close();
    }
}
