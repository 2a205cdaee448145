package dev.eventtarget.link;

import dev.eventtarget.NotConnectedException;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Connects to a hub within this JVM. The hub may change or be away, and links may be cut. */
final class LocalConnector implements Connector {
    private final VertxInternal vertx;
    private final List<LocalLink> links = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile @Nullable Hub hub;
    private volatile @Nullable String token;
    private volatile int largeFrom = Integer.MAX_VALUE;
    private volatile int maxDatagram;

    /** Connects to a hub that runs its links on a Vert.x instance. */
    LocalConnector(Vertx vertx, Hub hub) {
        this.vertx = (VertxInternal) vertx;
        this.hub = hub;
    }

    /** Gives a token in the handshake. */
    LocalConnector token(String value) {
        token = value;
        return this;
    }

    /** Links send events of so many bytes beside the messages. */
    LocalConnector largeFrom(int bytes) {
        largeFrom = bytes;
        return this;
    }

    /** Links have datagrams. */
    LocalConnector maxDatagram(int bytes) {
        maxDatagram = bytes;
        return this;
    }

    @Override
    public Future<Link> connect(Context context) {
        return open(context).map(link -> link);
    }

    /** Opens a link; gives the spoke's end. */
    Future<LocalLink> open(Context context) {
        Hub to = hub;
        if (to == null) {
            return Future.failedFuture(new NotConnectedException("The hub is away"));
        }
        LocalLink link = LocalLink.open(context, vertx.createEventLoopContext())
                .largeFrom(largeFrom)
                .maxDatagram(maxDatagram);
        links.add(link);
        link.gone().onComplete(gone -> links.remove(link));
        connections.incrementAndGet();
        LocalLink end = link.other();
        link.onDefect(ErrorLog::add);
        end.onDefect(ErrorLog::add);
        end.context()
                .runOnContext(now -> to.accept(end, new Handshake("local", end.remoteAddress(), null, token, null)));
        return Future.succeededFuture(link);
    }

    /** The spoke's ends of the links that are open. */
    List<LocalLink> links() {
        return links;
    }

    /** The spoke's end of the latest link that is open. */
    LocalLink link() {
        return links.get(links.size() - 1);
    }

    /** How many links were opened. */
    int connections() {
        return connections.get();
    }

    /** Cuts all links. */
    void cut() {
        links.forEach(LocalLink::cut);
    }

    /** Cuts all links and opens no new ones. */
    void refuse() {
        hub = null;
        cut();
    }

    /** Connects to a hub from now on. */
    void to(Hub other) {
        hub = other;
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
