package dev.eventtarget.quic;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may come, by two files that are read again when they change: with an allowlist only the nodes on it, and never those
 * on the denylist.
 */
final class NodeLists implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 250;

    private final Vertx vertx;
    private final @Nullable NodeList allow;
    private final @Nullable NodeList deny;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    private NodeLists(Vertx vertx, @Nullable NodeList allow, @Nullable NodeList deny) {
        this.vertx = vertx;
        this.allow = allow;
        this.deny = deny;
    }

    /**
     * Reads the lists; blocks for as long as that takes.
     *
     * @param vertx looks after them
     * @param allow the allowlist, or null where any node may come
     * @param deny the denylist, or null where none is kept out
     * @throws dev.eventtarget.ConfigurationException if one can't be read, or has a line that is no NodeId
     */
    static NodeLists open(Vertx vertx, @Nullable Path allow, @Nullable Path deny) {
        NodeLists lists = new NodeLists(
                vertx, allow == null ? null : new NodeList(allow), deny == null ? null : new NodeList(deny));
        if (allow != null || deny != null) {
            lists.schedule();
        }
        return lists;
    }

    boolean admits(NodeId node) {
        return (allow == null || allow.contains(node)) && (deny == null || !deny.contains(node));
    }

    /** Calls, on a thread of Vert.x's, whenever other lists hold than before. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void schedule() {
        if (!closed) {
            vertx.setTimer(INTERVAL_MILLIS, timer -> look());
        }
    }

    private void look() {
        Future<Boolean> looked;
        try {
            looked = vertx.executeBlocking(this::refresh, false);
        } catch (RejectedExecutionException e) {
            return; // Vert.x has been closed, and has no threads any more
        }
        looked.onSuccess(changed -> {
                    if (changed && !closed) {
                        listeners.forEach(Runnable::run);
                    }
                })
                .onComplete(done -> schedule());
    }

    private boolean refresh() {
        // both, so that a node moved from one to the other is never on neither for long
        return Stream.of(allow, deny)
                .filter(Objects::nonNull)
                .map(NodeList::refresh)
                .reduce(false, Boolean::logicalOr);
    }

    /** Looks after the files no more; the lists stay as they are. */
    @Override
    public void close() {
        closed = true;
    }
}
