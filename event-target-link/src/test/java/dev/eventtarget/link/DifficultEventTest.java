package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events at the edge of what a frame may be: whoever hears them stays connected, and hears those before and behind. */
class DifficultEventTest extends LinkTest {
    private static final EventType<JsonNode> ANYTHING = EventType.of(">", JsonNode.class);

    @ParameterizedTest
    @ValueSource(ints = {190, 195, 196, 197, 198, 199, 200, 201})
    void deepDetails(int depth) {
        goesThrough(
                true,
                ("{\"type\":\"odd\",\"detail\":" + "[".repeat(depth) + "]".repeat(depth) + "}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\ud800\"",
                "1e400",
                "123456789012345678901234567890",
                "0.1e-399",
                "-0.0",
                "\"\\u0000\\u2028\"",
                "{\"\":{\"\":null}}",
                "{\"a\":1,\"a\":2}",
                "{\"__proto__\":1}",
                "[\"\\uD83D\\uDE00\"]"
            })
    void oddDetails(String detail) {
        goesThrough(true, ("{\"type\":\"odd\",\"detail\":" + detail + "}").getBytes(StandardCharsets.UTF_8));
    }

    /** NaN, infinities, half floats, bytes, tags, bignums, numbers and floats as keys, broken and unfinished text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "f97e00",
                "f97c00",
                "fbfff0000000000000",
                "f93c00",
                "43010203",
                "5f42010243030405ff",
                "c11a514b67b0",
                "c249010000000000000000",
                "c48221196ab3",
                "c4821a7fffffff01",
                "c5821a7fffffff01",
                "a10102",
                "a1f93c0001",
                "61ff",
                "62c328",
                "63eda080",
                "7f6161626262ff",
                "9f01ff",
                "bf616101ff",
                "f7",
                "f0",
                "f820",
                "d9d9f701",
                "d81c80",
                "d81d00",
                "3bffffffffffffffff",
                "1bffffffffffffffff"
            })
    void oddCbor(String detail) {
        byte[] value = new byte[detail.length() / 2];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) Integer.parseInt(detail.substring(2 * i, 2 * i + 2), 16);
        }
        byte[] head = RawPeer.cbor(RawPeer.json("{'type':'odd','detail':0}"));
        // a map of two, the last byte of which is the 0
        byte[] message = Arrays.copyOf(head, head.length - 1 + value.length);
        boolean open = head[head.length - 1] == (byte) 0xFF;
        int at = open ? head.length - 2 : head.length - 1;
        System.arraycopy(value, 0, message, at, value.length);
        if (open) {
            message[message.length - 1] = (byte) 0xFF;
        }
        goesThrough(false, message);
    }

    private void goesThrough(boolean text, byte[] message) {
        TypedEventTarget target = memory();
        Hub hub = hub(target, options());
        LocalConnector connector = new LocalConnector(vertx, hub);
        Map<String, List<String>> heard = new TreeMap<>();
        for (String codec : List.of("json", "cbor")) {
            List<String> types = new CopyOnWriteArrayList<>();
            heard.put(codec, types);
            ready(spoke(connector, "&codec=" + codec)
                    .addEventListener(ANYTHING, event -> types.add(event.type().topic())));
        }
        RawPeer plain = peer(hub);
        plain.say("$subscribe", "{'types':['>']}");
        plain.expectNothing();
        RawPeer peer = peer(hub);
        peer.hello(text ? new String[] {"ack"} : new String[] {"ack", "cbor"});
        // so that it comes within an array
        connector.links().forEach(LocalLink::freeze);
        EventType<Integer> number = EventType.of("plain", Integer.class);
        result(target.dispatchEvent(TypedEvent.of(number, 1)));
        peer.send(message, text);
        result(target.dispatchEvent(TypedEvent.of(number, 2)));
        RawPeer last = peer(hub);
        last.say("last", "3");
        last.expectNothing();
        connector.links().forEach(LocalLink::thaw);
        heard.forEach((codec, types) -> eventually(() -> assertTrue(
                types.contains("last") && types.indexOf("plain") == 0, () -> codec + " has heard " + types)));
        String type = plain.next().path("type").asText();
        while (!type.equals("last")) {
            type = plain.next().path("type").asText();
        }
        heard.forEach((codec, types) -> assertEquals(
                2, types.stream().filter(one -> one.equals("plain")).count(), codec));
    }
}
