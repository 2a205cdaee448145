package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Link;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Speaks the protocol word by word. In its JSON, single quotes stand for double ones. */
final class RawPeer implements Link.Handler {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    private final LocalLink link;
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final Queue<JsonNode> frames = new ArrayDeque<>();
    private final CompletableFuture<Closed> closed = new CompletableFuture<>();
    private final AtomicInteger alive = new AtomicInteger();
    private boolean cbor;

    /** A message as it came. */
    record Message(JsonNode content, boolean text, int length) {}

    /** How the link was closed. */
    record Closed(@Nullable CloseReason reason, String message) {}

    RawPeer(LocalLink link) {
        this.link = link;
        link.handler(this);
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static byte[] cbor(JsonNode node) {
        try {
            return CBOR.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(node.toString(), e);
        }
    }

    LocalLink link() {
        return link;
    }

    /** Sends CBOR from now on. */
    void speakCbor() {
        cbor = true;
    }

    // ---- sends

    /** Sends a message. */
    RawPeer send(String message) {
        return cbor
                ? send(cbor(json(message)), false)
                : send(message.replace('\'', '"').getBytes(StandardCharsets.UTF_8), true);
    }

    /** Sends a message as it is. */
    RawPeer send(byte[] message, boolean text) {
        link.context().runOnContext(now -> link.send(Unpooled.wrappedBuffer(message), text));
        return this;
    }

    /** Sends a control frame, or an event. */
    RawPeer say(String type, String detail) {
        return send("{'type':'" + type + "','detail':" + detail + "}");
    }

    /** Introduces itself; gives the detail of the hub's {@code $welcome}. */
    JsonNode hello(String... features) {
        return helloWith("", features);
    }

    /** Introduces itself with more than features, each behind a comma. */
    JsonNode helloWith(String more, String... features) {
        say("$hello", "{'version':1,'features':['" + String.join("','", features) + "']" + more + "}");
        JsonNode welcome = expect("$welcome");
        if (List.of(features).contains("cbor")) {
            speakCbor();
        }
        return welcome;
    }

    /** Subscribes by number, and waits until it is confirmed. */
    void subscribe(int sub, String type, String... more) {
        say("$subscribe", "{'sub':" + sub + ",'type':'" + type + "'" + String.join("", more) + "}");
        assertEquals(json("{'sub':" + sub + "}"), expect("$subscribed"));
    }

    // ---- listens

    /** The next message; fails if none comes. */
    Message message() {
        try {
            Message message = messages.poll(LinkTest.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new AssertionError("Nothing came; the link is " + (closed.isDone() ? closed.join() : "open"));
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next frame; pings are answered and passed over. */
    JsonNode next() {
        while (true) {
            while (frames.isEmpty()) {
                JsonNode content = message().content;
                if (content.isArray()) {
                    content.forEach(frames::add);
                } else {
                    frames.add(content);
                }
            }
            JsonNode frame = frames.remove();
            if (!frame.path("type").asText().equals("$ping")) {
                return frame;
            }
            say("$pong", "null");
        }
    }

    /** The detail of the next frame, which must be of a type. */
    JsonNode expect(String type) {
        JsonNode frame = next();
        assertEquals(type, frame.path("type").asText(), frame::toString);
        return frame.path("detail");
    }

    /** The next frame, which must be an event. */
    JsonNode expectEvent(String type, String detail) {
        JsonNode frame = next();
        assertEquals(type, frame.path("type").asText(), frame::toString);
        assertEquals(json(detail), frame.path("detail"), frame::toString);
        return frame;
    }

    /** The next frame, which must be an event for these subscriptions. */
    JsonNode expectEvent(String type, String detail, int... subs) {
        JsonNode frame = expectEvent(type, detail);
        List<Integer> named = new ArrayList<>();
        if (frame.path("sub").isArray()) {
            frame.path("sub").forEach(sub -> named.add(sub.asInt()));
        } else {
            named.add(frame.path("sub").asInt());
        }
        assertEquals(
                Arrays.stream(subs).boxed().toList(), named.stream().sorted().toList(), frame::toString);
        return frame;
    }

    /** Nothing has come before the answer to what is asked now. */
    void expectNothing() {
        expectNothingBut();
    }

    /** Only frames of these types have come before the answer to what is asked now. */
    void expectNothingBut(String... types) {
        say("$ping", "null");
        JsonNode frame = next();
        while (List.of(types).contains(frame.path("type").asText())) {
            frame = next();
        }
        assertEquals("$pong", frame.path("type").asText(), frame::toString);
    }

    /** Passes over frames until one of a type comes; gives its detail. */
    JsonNode await(String type) {
        JsonNode frame = next();
        while (!frame.path("type").asText().equals(type)) {
            frame = next();
        }
        return frame.path("detail");
    }

    /** The hub says an error and closes the link for the same reason. */
    String expectEnd(CloseReason reason) {
        JsonNode error = await("$error");
        assertEquals(reason.wireName(), error.path("reason").asText(), error::toString);
        Closed how = closed();
        assertEquals(reason, how.reason, how::toString);
        return error.path("message").asText();
    }

    /** How the link was closed; waits for it. */
    Closed closed() {
        try {
            return closed.get(LinkTest.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new AssertionError("The link is open; there are " + messages, e);
        }
    }

    boolean isClosed() {
        return closed.isDone();
    }

    /** How often its transport was asked for a sign of life. */
    int pinged() {
        return alive.get();
    }

    /** How many messages have come and were not looked at. */
    int waiting() {
        return messages.size() + frames.size();
    }

    @Override
    public void received(byte[] message, boolean text) {
        try {
            messages.add(new Message((text ? JSON : CBOR).readTree(message), text, message.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void writable() {
        // it sends what it has to at once
    }

    @Override
    public void alive() {
        alive.incrementAndGet();
    }

    @Override
    public void closed(@Nullable CloseReason reason, String message) {
        closed.complete(new Closed(reason, message));
    }
}
