package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.benchmarks.RoundTrips.Echo;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Event Target over links: a hub on the memory target, and its spokes. */
final class HubLinks {

    private HubLinks() {}

    /** What carries the links. */
    enum Transport {
        WEBSOCKET("WebSocket"),
        WEBSOCKET_TLS("WebSocket with TLS"),
        QUIC("QUIC");

        final String label;

        Transport(String label) {
            this.label = label;
        }

        /** Where a hub is to listen. */
        private String address(int eventLoops) {
            return switch (this) {
                case WEBSOCKET -> "ws://127.0.0.1:0/events?instances=" + eventLoops;
                case WEBSOCKET_TLS ->
                    "wss://127.0.0.1:0/events?instances=" + eventLoops + "&certFile=" + Certificate.HERE.certFile()
                            + "&keyFile=" + Certificate.HERE.keyFile();
                case QUIC -> "quic://127.0.0.1:0";
            };
        }

        /** What spokes have to know besides its URL. */
        private String more() {
            return this == WEBSOCKET_TLS ? "&caFile=" + Certificate.HERE.certFile() : "";
        }
    }

    /** A hub with event loops of its own. It sends no pings, as {@link WireSocket} answers none. */
    static final class Server implements AutoCloseable {
        private final Loops loops;
        private final TypedEventTarget target;
        private final Hub hub;
        private final Transport transport;
        private final URI uri;

        Server(int eventLoops) throws Exception {
            this(Transport.WEBSOCKET, eventLoops);
        }

        Server(Transport transport, int eventLoops) throws Exception {
            this.transport = transport;
            loops = new Loops(eventLoops);
            target = EventTargets.open(loops.vertx(), "memory:");
            hub = Hub.create(loops.vertx(), target, HubOptions.defaults().heartbeat(Duration.ofHours(1)));
            uri = URI.create(Loops.await(hub.listen(transport.address(eventLoops))));
        }

        private void publish(int events) throws Exception {
            Future<Void> last = Future.succeededFuture();
            for (int i = 0; i < events; i++) {
                last = target.dispatchEvent(TypedEvent.of(Order.PLACED, Order.SAMPLE));
            }
            Loops.await(last);
        }

        /** What a spoke opens. */
        String url(String codec) {
            return uri + "?codec=" + codec + transport.more();
        }

        @Override
        public void close() throws Exception {
            Loops.await(hub.close());
            Loops.await(target.close());
            loops.close();
        }
    }

    /** A spoke with an event loop of its own. */
    private static final class Spoke implements AutoCloseable {
        private final Loops loops = new Loops(1);
        private final TypedEventTarget target;

        Spoke(Server server, String codec) {
            target = EventTargets.open(loops.vertx(), server.url(codec));
        }

        <T> void listen(EventType<T> type, EventListener<T> listener) throws Exception {
            Loops.await(loops.context(0), () -> {
                Subscription subscription = target.addEventListener(type, listener);
                return subscription.ready();
            });
        }

        @Override
        public void close() throws Exception {
            Loops.await(target.close());
            loops.close();
        }
    }

    /** Records in, records out: from a spoke to a listener at another one, or in the hub's process. */
    static final class Typed<T> implements Carrier {
        private final Arrivals arrivals;
        private final TypedEvent<T> event;
        private final Predicate<T> isRight;
        private final Server server;
        private final Spoke publisher;
        private final @Nullable Spoke subscriber;
        private final boolean onEventLoop;
        private Future<Void> before = Future.succeededFuture();

        private Typed(
                Transport transport,
                String codec,
                boolean viaHub,
                boolean onEventLoop,
                Arrivals arrivals,
                TypedEvent<T> event,
                Predicate<T> isRight)
                throws Exception {
            this.arrivals = arrivals;
            this.event = event;
            this.isRight = isRight;
            this.onEventLoop = onEventLoop;
            server = new Server(transport, 1);
            publisher = new Spoke(server, codec);
            if (viaHub) {
                subscriber = new Spoke(server, codec);
                subscriber.listen(event.type(), this::count);
            } else {
                subscriber = null;
                server.target.addEventListener(event.type(), this::count);
            }
        }

        private static Typed<Order> of(Transport transport, String codec, boolean viaHub, boolean onEventLoop)
                throws Exception {
            return new Typed<>(
                    transport,
                    codec,
                    viaHub,
                    onEventLoop,
                    WebSocketBenchmark.oneReceiver(),
                    Order.EVENT,
                    order -> order.quantity() == Order.SAMPLE.quantity());
        }

        static Typed<Order> toSpoke(Transport transport, String codec, boolean onEventLoop) throws Exception {
            return of(transport, codec, true, onEventLoop);
        }

        static Typed<Order> toHub(Transport transport, String codec) throws Exception {
            return of(transport, codec, false, false);
        }

        /** With details of 64 KiB. */
        static Typed<Document> ofDocuments(Transport transport, boolean viaHub) throws Exception {
            return new Typed<>(
                    transport,
                    "json",
                    viaHub,
                    false,
                    QuicBenchmark.documents(),
                    Document.EVENT,
                    document ->
                            document.text().length() == Document.SAMPLE.text().length());
        }

        private void count(TypedEvent<T> arrived) {
            if (isRight.test(arrived.detail())) {
                arrivals.receiver(0).received(1);
            } else {
                arrivals.failed(new IllegalStateException("This was not published: " + arrived.detail()));
            }
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) throws Exception {
            Future<Void> last;
            if (onEventLoop) {
                Promise<Void> promise = Promise.promise();
                publisher.loops.context(0).runOnContext(now -> publish(messages).onComplete(promise));
                last = promise.future();
            } else {
                last = publish(messages);
            }
            Loops.await(before);
            before = last;
        }

        private Future<Void> publish(int events) {
            Future<Void> last = Future.succeededFuture();
            for (int i = 0; i < events; i++) {
                last = publisher.target.dispatchEvent(TypedEvent.of(event.type(), event.detail()));
            }
            return last;
        }

        @Override
        public void close() throws Exception {
            publisher.close();
            if (subscriber != null) {
                subscriber.close();
            }
            server.close();
        }
    }

    /** Messages of one frame, or of an array of equal frames. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Frames(byte[] message, boolean text) {
        static Frames of(String codec, int events) {
            byte[] frame = EventCodecs.named(codec).encode(Order.EVENT);
            if (events == 1) {
                return new Frames(frame, codec.equals("json"));
            }
            boolean json = codec.equals("json");
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            message.write(json ? '[' : 0x9f);
            for (int i = 0; i < events; i++) {
                if (json && i > 0) {
                    message.write(',');
                }
                message.writeBytes(frame);
            }
            message.write(json ? ']' : 0xff);
            return new Frames(message.toByteArray(), json);
        }
    }

    /** A link without a spoke: {@link WireSocket} speaks the protocol. */
    private static WireSocket introduced(Loops loops, int number, Server server, String codec, boolean batches)
            throws Exception {
        WireSocket socket = WireSocket.open(loops, number, server.uri);
        List<String> features = new ArrayList<>();
        if (batches) {
            features.add("\"batch\"");
        }
        if (codec.equals("cbor")) {
            features.add("\"cbor\"");
        }
        socket.write("{\"type\":\"$hello\",\"detail\":{\"version\":1,\"features\":" + features + "}}");
        Buffer answer = socket.next();
        if (!answer.toString(UTF_8).contains("$welcome")) {
            throw new IllegalStateException("The hub says " + answer);
        }
        return socket;
    }

    /** Receivers that count what they subscribe to. */
    private static final class Subscribers implements AutoCloseable {
        private final Loops loops;
        private final Server server;
        private final Arrivals arrivals;
        private final List<WireSocket> sockets = new ArrayList<>();

        Subscribers(Server server, int eventLoops, int size, Arrivals arrivals, String codec, boolean batches)
                throws Exception {
            this.loops = new Loops(eventLoops);
            this.server = server;
            this.arrivals = arrivals;
            while (sockets.size() < size) {
                WireSocket socket = introduced(loops, sockets.size(), server, codec, batches);
                socket.write("{\"type\":\"$subscribe\",\"detail\":{\"types\":[\"order.placed\"]}}");
                socket.write("{\"type\":\"$ping\",\"detail\":null}");
                sockets.add(socket);
            }
            for (WireSocket socket : sockets) {
                socket.next(); // the answer comes when the subscription stands
            }
        }

        /** Sees from one event how long it is, and counts those that follow. */
        void count(Pump<?> publisher) throws Exception {
            publisher.send(1);
            for (int i = 0; i < sockets.size(); i++) {
                sockets.get(i).count(arrivals.receiver(i), sockets.get(i).next().length());
            }
        }

        void count() throws Exception {
            Loops.await(server.target.dispatchEvent(Order.EVENT));
            for (int i = 0; i < sockets.size(); i++) {
                sockets.get(i).count(arrivals.receiver(i), sockets.get(i).next().length());
            }
        }

        @Override
        public void close() throws Exception {
            loops.close();
        }
    }

    /** Bytes made beforehand, through the hub to one link or many. */
    static final class Forwarding implements Carrier {
        private final Arrivals arrivals;
        private final Server server;
        private final Loops publishers = new Loops(1);
        private final Subscribers subscribers;
        private final Pump<?> pump;

        private Forwarding(String codec, int perMessage, int perWrite, Arrivals arrivals, int receivers, int eventLoops)
                throws Exception {
            this.arrivals = arrivals;
            server = new Server(eventLoops);
            boolean batches = perMessage > 1;
            subscribers = new Subscribers(server, eventLoops, receivers, arrivals, codec, batches);
            WireSocket publisher = introduced(publishers, 0, server, codec, batches);
            Frames one = Frames.of(codec, 1);
            subscribers.count(publisher.pump(WireSocket.frame(one.message, one.text), 1));
            Frames frames = Frames.of(codec, perMessage);
            Buffer message = WireSocket.frame(frames.message, frames.text);
            Buffer write = Buffer.buffer();
            for (int i = 0; i < perWrite; i += perMessage) {
                write.appendBuffer(message);
            }
            pump = publisher.pump(write, perWrite);
        }

        static Forwarding oneWay(String codec, int perMessage, int perWrite) throws Exception {
            return new Forwarding(codec, perMessage, perWrite, WebSocketBenchmark.oneReceiver(), 1, 1);
        }

        static Forwarding fanOut(String codec, int perMessage, int perWrite) throws Exception {
            return new Forwarding(
                    codec,
                    perMessage,
                    perWrite,
                    WebSocketBenchmark.receivers(WebSocketBenchmark.FAN_OUT),
                    WebSocketBenchmark.FAN_OUT,
                    WebSocketBenchmark.FAN_OUT_LOOPS);
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) {
            pump.send(messages);
        }

        @Override
        public void close() throws Exception {
            publishers.close();
            subscribers.close();
            server.close();
        }
    }

    /** Records that are published in the hub's process, to many links. */
    static final class FanOut implements Carrier {
        private final Arrivals arrivals;
        private final Server server = new Server(WebSocketBenchmark.FAN_OUT_LOOPS);
        private final Subscribers subscribers;

        FanOut(String codec, boolean batches, int links) throws Exception {
            arrivals = WebSocketBenchmark.receivers(links);
            subscribers = new Subscribers(server, WebSocketBenchmark.FAN_OUT_LOOPS, links, arrivals, codec, batches);
            subscribers.count();
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) throws Exception {
            server.publish(messages);
        }

        @Override
        public void close() throws Exception {
            subscribers.close();
            server.close();
        }
    }

    /** Records that are published in the hub's process, to listeners at spokes that share event loops. */
    static final class Listening implements Carrier {
        private final Arrivals arrivals;
        private final Server server;
        private final Loops spokes = new Loops(WebSocketBenchmark.FAN_OUT_LOOPS);

        Listening(Transport transport, int links) throws Exception {
            arrivals = WebSocketBenchmark.receivers(links);
            server = new Server(transport, WebSocketBenchmark.FAN_OUT_LOOPS);
            for (int i = 0; i < links; i++) {
                // those of one name would share a link
                TypedEventTarget spoke = EventTargets.open(
                        spokes.vertx(),
                        new JsonObject().put("url", server.url("json")).put("name", "spoke-" + i));
                Arrivals.Receiver receiver = arrivals.receiver(i);
                Loops.await(
                        spokes.context(i),
                        () -> spoke.addEventListener(Order.PLACED, event -> receiver.received(1))
                                .ready());
            }
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) throws Exception {
            server.publish(messages);
        }

        @Override
        public void close() throws Exception {
            spokes.close();
            server.close();
        }
    }

    /** Records there and back, answered by a spoke or in the hub's process. */
    static final class SpokeEcho implements Echo {
        private static final EventType<Order> REQUESTED = EventType.of("order.requested", Order.class);

        private final RoundTrips trips = new RoundTrips();
        private final Server server;
        private final Spoke near;
        private final @Nullable Spoke far;

        SpokeEcho(Transport transport, boolean viaHub) throws Exception {
            server = new Server(transport, 1);
            near = new Spoke(server, "json");
            far = viaHub ? new Spoke(server, "json") : null;
            if (far != null) {
                far.listen(REQUESTED, event -> far.target.dispatchEvent(TypedEvent.of(Order.PLACED, event.detail())));
            } else {
                server.target.addEventListener(
                        REQUESTED, event -> server.target.dispatchEvent(TypedEvent.of(Order.PLACED, event.detail())));
            }
            near.listen(Order.PLACED, event -> trips.returned(this::ping));
        }

        private void ping() {
            near.target.dispatchEvent(TypedEvent.of(REQUESTED, Order.SAMPLE));
        }

        @Override
        public void measure(long[] nanos) throws Exception {
            trips.measure(nanos, () -> near.loops.context(0).runOnContext(now -> ping()));
        }

        @Override
        public void close() throws Exception {
            near.close();
            if (far != null) {
                far.close();
            }
            server.close();
        }
    }
}
