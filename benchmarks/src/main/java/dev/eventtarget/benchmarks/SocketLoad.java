package dev.eventtarget.benchmarks;

import io.vertx.core.Future;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Opens so many connections without a protocol on them, and holds them. Arguments: {@code tcp:} or {@code ws:} URL, connections. */
public final class SocketLoad {
    private SocketLoad() {}

    /**
     * Opens them, says so, and waits to be ended.
     *
     * @param args URL, connections
     * @throws Exception if one can't be opened
     */
    public static void main(String[] args) throws Exception {
        URI uri = URI.create(args[0]);
        int connections = Integer.parseInt(args[1]);
        Loops loops = new Loops(1);
        // its connections live as long as it is referred to
        var webSockets =
                loops.vertx().createWebSocketClient(new WebSocketClientOptions().setMaxConnections(connections));
        List<Object> open = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Future<?> one = uri.getScheme().equals("tcp")
                    ? loops.netClient().connect(uri.getPort(), uri.getHost())
                    : webSockets.connect(new WebSocketConnectOptions()
                            .setHost(uri.getHost())
                            .setPort(uri.getPort())
                            .setURI(uri.getPath()));
            open.add(Loops.await(one));
        }
        System.out.println(open.size() + " connections are open");
        new CountDownLatch(1).await();
        webSockets.close();
    }
}
