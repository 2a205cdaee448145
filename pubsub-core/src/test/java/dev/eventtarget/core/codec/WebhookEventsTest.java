package dev.eventtarget.core.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Events as code forges post them: wide, deep and repetitive objects, long texts in every script, numbers as text. */
class WebhookEventsTest {
    private static final EventCodec JSON = new JsonEventCodec();
    private static final EventCodec CBOR = new CborEventCodec();
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String[] KINDS = {"push", "issues.opened", "pull_request.closed", "check_run.completed"};
    private static final String[] TEXTS = {
        "",
        "Fix #12: don't \"quote\" \\ twice\r\n\t- done",
        "修复错误 — исправлено — διορθώθηκε — تم الإصلاح",
        "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 \u202Eabc\u202C \uFEFF \uFFFD \u2028 \u2029 \u0000\u001f\u007f",
        "</script><!-- ${jndi:ldap://x} {{7*7}} %s%n",
        "2011-04-10T20:09:31Z",
        "9007199254740993"
    };

    static Stream<String> lines() {
        return IntStream.range(0, 60).mapToObj(seed -> line(new Random(seed)));
    }

    private static String line(Random random) {
        ObjectNode detail = MAPPER.createObjectNode();
        detail.put("action", TEXTS[random.nextInt(TEXTS.length)]);
        detail.put("id", random.nextLong());
        detail.set("repository", repository(random, 4));
        detail.put("body", TEXTS[random.nextInt(TEXTS.length)].repeat(random.nextInt(2000)));
        ArrayNode commits = detail.putArray("commits");
        for (int i = random.nextInt(20); i > 0; i--) {
            commits.add(repository(random, 2));
        }
        ArrayNode nest = detail.putArray("nest");
        for (int i = random.nextInt(190); i > 0; i--) {
            nest = nest.addArray();
        }
        ObjectNode event = MAPPER.createObjectNode();
        event.put("type", "forge." + KINDS[random.nextInt(KINDS.length)]);
        event.set("detail", detail);
        try {
            return MAPPER.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode repository(Random random, int levels) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("id", random.nextInt())
                .put("size", random.nextDouble())
                .put("score", 1.0)
                .putNull("license");
        node.put("private", random.nextBoolean()).put("name", TEXTS[random.nextInt(TEXTS.length)]);
        for (int i = 0; i < 30; i++) {
            node.put("property_" + i + "_url", "https://forge.example/" + random.nextInt() + "{/sha}");
        }
        node.put(TEXTS[random.nextInt(TEXTS.length)], "text as a name");
        if (levels > 0) {
            node.set("owner", repository(random, levels - 1));
        }
        return node;
    }

    @ParameterizedTest
    @MethodSource("lines")
    void anEventGoesThroughBothCodecsUnchanged(String line) throws JsonProcessingException {
        JsonNode sent = MAPPER.readTree(line);
        TypedEvent<EncodedDetail> read = JSON.decode(line.getBytes(UTF_8));
        assertEquals(sent.get("type").textValue(), read.type().topic());
        assertEquals(sent.get("detail"), read.detail().decode(JsonNode.class));
        assertEquals(line, new String(JSON.encode(read), UTF_8));

        TypedEvent<EncodedDetail> inCbor = CBOR.decode(CBOR.encode(read));
        assertEquals(sent.get("detail"), inCbor.detail().decode(JsonNode.class));
        assertEquals(sent, MAPPER.readTree(new String(JSON.encode(inCbor), UTF_8)));

        for (EventCodec codec : Arrays.asList(JSON, CBOR)) {
            JsonObject object = (JsonObject) read.detail().decode(JsonObject.class);
            byte[] bytes = codec.encode(TypedEvent.of(EventType.of(read.type().topic(), JsonObject.class), object));
            assertEquals(sent.get("detail"), codec.decode(bytes).detail().decode(JsonNode.class));
            assertEquals(object, codec.decode(bytes).detail().decode(JsonObject.class));
        }
    }
}
