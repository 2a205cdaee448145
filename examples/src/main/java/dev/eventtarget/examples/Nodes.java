package dev.eventtarget.examples;

import static dev.eventtarget.examples.OrderVerticle.PLACED;

import dev.eventtarget.EventTargets;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.quic.NodeIdentity;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A hub and a spoke over QUIC, each known by its key: the hub lets in whom its list names. */
public final class Nodes {
    private Nodes() {}

    /**
     * Publishes an order over QUIC, and prints who it is from.
     *
     * @param args the directory for the keys and the list
     * @throws IOException if it can't be written to
     * @throws InterruptedException when interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        Vertx vertx = Vertx.vertx();
        Hub hub = Hub.create(vertx, EventTargets.open(vertx, "memory:"));
        // snippet: nodes
        Path key = directory.resolve("spoke.pem"); // a new key on the first run, the same one on each later one
        NodeIdentity identity = NodeIdentity.loadOrCreate(key);
        Path allowed = Files.writeString(directory.resolve("allowed"), identity.nodeId() + "\n");
        String url = hub.listen("quic://127.0.0.1:0?allow=" + allowed).await(); // quic://NODEID@127.0.0.1:port
        TypedEventTarget spoke = EventTargets.open(vertx, url + "?identity=" + key);
        // end
        CountDownLatch heard = new CountDownLatch(1);
        spoke.addEventListener(PLACED, event -> {
                    boolean own = identity.nodeId().toString().equals(event.source());
                    System.out.println(event.detail() + (own ? " from this node" : " from somebody else"));
                    heard.countDown();
                })
                .ready()
                .await();
        PubSub.over(spoke).publish(PLACED, new Order("42", 3)).await();
        heard.await();
        spoke.close().await();
        hub.close().await();
        vertx.close().await();
    }
}
