package dev.eventtarget.websocket;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Collection;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A hub on a target in memory, behind a proxy that fails as networks do. It ends with its Vert.x instance. */
final class HubBehindProxy {
    private static final EventType<Object> ALL = EventType.of(">", Object.class);

    private final Vertx vertx;
    private final HubOptions options;
    private final TypedEventTarget target;
    private final NetServer server;
    private final NetClient client;
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    private final Queue<TypedEvent<Object>> heard = new ConcurrentLinkedQueue<>();
    private volatile Hub hub;
    private volatile int port;
    private volatile boolean refusing;
    private volatile boolean silent;

    private HubBehindProxy(Vertx vertx, String target, HubOptions options) {
        this.vertx = vertx;
        this.options = options;
        this.target = EventTargets.open(vertx, target);
        this.target.addEventListener(ALL, heard::add);
        client = vertx.createNetClient();
        server = vertx.createNetServer().connectHandler(this::connect);
    }

    /**
     * Starts one.
     *
     * @param target the URI of a target that nobody else has opened
     */
    static Future<HubBehindProxy> start(Vertx vertx, String target, HubOptions options) {
        HubBehindProxy hub = new HubBehindProxy(vertx, target, options);
        return hub.server
                .listen(0, "127.0.0.1")
                .compose(listening -> hub.startHub())
                .map(hub);
    }

    private Future<Void> startHub() {
        hub = Hub.create(vertx, target, options);
        return vertx.createHttpServer()
                .requestHandler(WebSocketHub.handler(hub, "/events"))
                .listen(0, "127.0.0.1")
                .onSuccess(listening -> port = listening.actualPort())
                .mapEmpty();
    }

    String url() {
        return "ws://127.0.0.1:" + server.actualPort() + "/events";
    }

    Hub hub() {
        return hub;
    }

    TypedEventTarget target() {
        return target;
    }

    /** All that was published. */
    Collection<TypedEvent<Object>> heard() {
        return heard;
    }

    /** Cuts all connections. */
    void cut() {
        sockets.forEach(NetSocket::close);
    }

    /** Cuts all connections and takes no new ones, or takes them again. */
    void refuse(boolean value) {
        refusing = value;
        if (value) {
            cut();
        }
    }

    /** Swallows whatever is sent, or no more. */
    void silence(boolean value) {
        silent = value;
    }

    /** Cuts all connections, and has another hub in the place of this one, which knows nothing of its sessions. */
    Future<Void> replace() {
        refuse(true);
        return startHub().onSuccess(started -> refuse(false));
    }

    /** Closes the hub as it should be, and has another one in its place. */
    Future<Void> restart() {
        return hub.close().compose(closed -> startHub());
    }

    private void connect(NetSocket socket) {
        if (refusing) {
            socket.close();
            return;
        }
        socket.pause();
        sockets.add(socket);
        client.connect(port, "127.0.0.1")
                .onSuccess(upstream -> {
                    socket.closeHandler(closed -> {
                        sockets.remove(socket);
                        upstream.close();
                    });
                    upstream.closeHandler(closed -> socket.close());
                    forward(socket, upstream);
                    forward(upstream, socket);
                    socket.resume();
                    if (refusing) {
                        socket.close();
                    }
                })
                .onFailure(error -> socket.close());
    }

    private void forward(NetSocket from, NetSocket to) {
        from.handler(bytes -> {
            if (!silent) {
                to.write(bytes);
                if (to.writeQueueFull()) {
                    from.pause();
                    to.drainHandler(drained -> from.resume());
                }
            }
        });
        from.exceptionHandler(error -> from.close());
    }
}
