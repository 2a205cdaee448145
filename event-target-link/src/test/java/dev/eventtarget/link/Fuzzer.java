package dev.eventtarget.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes messages that are a little or completely wrong, the same ones from the same seed. */
final class Fuzzer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Frames that are right, at least at some time in some session. */
    private static final List<String> FRAMES = List.of(
            "{'type':'$hello','detail':{'version':1,'features':['ack','credit','resume','batch','cbor'],'token':'t',"
                    + "'producer':'p','next':3,'session':'s','acked':5,'subs':{'1':7,'2':0}}}",
            "{'type':'$subscribe','detail':{'sub':1,'type':'noise.a','group':'g','from':'earliest','credit':9,"
                    + "'retry':{'attempts':2,'delay':1,'most':2},'deadLetter':'noise.dead'}}",
            "{'type':'$subscribe','detail':{'sub':2,'type':'noise.*','from':{'after':'x-1'}}}",
            "{'type':'$subscribe','detail':{'sub':3,'type':'noise.>','from':{'since':'2024-01-01T00:00:00Z'}}}",
            "{'type':'$subscribe','detail':{'types':['noise.a','noise.*']}}",
            "{'type':'$unsubscribe','detail':{'sub':1,'drain':true,'finish':false}}",
            "{'type':'$unsubscribe','detail':{'types':['noise.a']}}",
            "{'type':'$ack','detail':{'sub':1,'to':1,'also':[2,3]}}",
            "{'type':'$nack','detail':{'sub':1,'seq':1,'message':'no'}}",
            "{'type':'$release','detail':{'sub':1,'seqs':[1,2]}}",
            "{'type':'$credit','detail':{'sub':1,'credit':5}}",
            "{'type':'$flush','detail':{'sub':1}}",
            "{'type':'$skip','detail':{'count':1}}",
            "{'type':'$ping','detail':null}",
            "{'type':'$pong','detail':null}",
            "{'type':'$bye','detail':null}",
            "{'type':'$error','detail':{'reason':'internal','message':'sorry','sub':1,'seq':2}}",
            "{'type':'$welcome','detail':{'version':1,'features':['ack','credit','resume','batch','cbor'],'session':'s',"
                    + "'resumed':true,'received':5,'heartbeat':15000,'capabilities':['ordered','groups'],"
                    + "'limits':{'message':8388608,'batch':1024,'subscriptions':4096}}}",
            "{'type':'$subscribed','detail':{'sub':1}}",
            "{'type':'$unsubscribed','detail':{'sub':1}}",
            "{'type':'$gap','detail':{'sub':1,'missed':4}}",
            "{'type':'$flushed','detail':{'sub':1}}",
            "{'type':'$ack','detail':{'to':7}}",
            "{'type':'$nack','detail':{'seq':1,'reason':'codec','message':'no','retryable':true}}",
            "{'type':'noise.a','detail':{'n':1,'list':[1,2,{'x':null}]},'id':'i','time':'2024-01-01T00:00:00Z',"
                    + "'source':'s','headers':{'a':'b'},'sub':1,'position':'p-1'}",
            "{'type':'noise.a:7','detail':'text','sub':[1,2]}",
            "[{'type':'noise.a','detail':1},{'type':'$ping'},{'type':'noise.b','detail':2}]");

    private static final List<String> TEXTS = List.of(
            "",
            "$",
            "$hello",
            "noise.a",
            "noise.*",
            "noise.>",
            ">",
            "*",
            "a..b",
            "\u0000",
            "\ud800",
            "ü".repeat(200),
            "x".repeat(5000),
            "9007199254740993",
            "-1",
            "1e999",
            "null",
            "\uFEFF",
            "../../etc",
            "%s%n",
            "${jndi:x}");

    private static final List<String> NUMBERS = List.of(
            "-1",
            "0",
            "1",
            "2147483648",
            "9007199254740991",
            "9007199254740992",
            "9223372036854775808",
            "-9223372036854775809",
            "1e400",
            "-0.0",
            "0.5",
            "1" + "0".repeat(300));

    private final Random random;

    Fuzzer(long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    /** A frame as it may be. */
    JsonNode frame() {
        return RawPeer.json(pick(FRAMES)).deepCopy();
    }

    /** A message. */
    byte[] message(boolean text) {
        return switch (random.nextInt(10)) {
            case 0 -> bytes(random.nextInt(200));
            case 1 -> damaged(encoded(frame(), text));
            case 2 -> damaged(encoded(changed(frame()), text));
            case 3 -> text ? deep() : encoded(changed(changed(frame())), false);
            case 4 -> text ? raw() : bytes(1 + random.nextInt(9));
            case 5 -> encoded(frame(), text);
            case 6 -> encoded(batch(), text);
            default -> encoded(changed(frame()), text);
        };
    }

    private ArrayNode batch() {
        ArrayNode batch = NODES.arrayNode();
        for (int i = random.nextInt(20); i > 0; i--) {
            batch.add(random.nextBoolean() ? frame() : changed(frame()));
        }
        return batch;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] encoded(JsonNode node, boolean text) {
        try {
            return text ? JSON.writeValueAsBytes(node) : RawPeer.cbor(node);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        } catch (IllegalArgumentException e) {
            // half a surrogate pair has no CBOR
            return new byte[] {(byte) 0x61, (byte) 0xED};
        }
    }

    /** With some bytes changed, left out, put in, or doubled. */
    private byte[] damaged(byte[] message) {
        byte[] damaged = message.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && damaged.length > 0; i--) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] = (byte) random.nextInt();
                case 1 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> damaged = Arrays.copyOf(damaged, at);
                default -> {
                    byte[] longer = Arrays.copyOf(damaged, damaged.length + 1);
                    System.arraycopy(damaged, at, longer, at + 1, damaged.length - at);
                    damaged = longer;
                }
            }
        }
        return damaged;
    }

    private byte[] deep() {
        int depth = 1 + random.nextInt(100_000);
        String open = random.nextBoolean() ? "[" : "{\"type\":\"noise.a\",\"detail\":";
        String text = open.repeat(Math.min(depth, 500_000 / open.length()));
        return (random.nextBoolean() ? "{\"type\":\"noise.a\",\"detail\":" + text : text)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** JSON that no tree of nodes can be. */
    private byte[] raw() {
        String name = pick(List.of("type", "detail", "id", "time", "sub", "headers", "position"));
        String text = switch (random.nextInt(6)) {
            case 0 -> "{\"type\":\"noise.a\",\"" + name + "\":" + pick(NUMBERS) + "}";
            case 1 -> "{\"type\":\"noise.a\",\"" + name + "\":1,\"" + name + "\":2}";
            case 2 -> "{\"type\":\"noise.a\",\"detail\":" + "9".repeat(random.nextInt(20_000)) + "}";
            case 3 -> "{\"type\":\"noise.\\ud8" + random.nextInt(10) + "0\"}";
            case 4 -> "{\"" + "k".repeat(random.nextInt(60_000)) + "\":1}";
            default -> "{\"type\":\"$ack\",\"detail\":{\"sub\":1,\"to\":" + pick(NUMBERS) + "}} ";
        };
        return text.getBytes(random.nextInt(5) == 0 ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8);
    }

    /** The same with something else somewhere in it. */
    private JsonNode changed(JsonNode node) {
        if (node.isArray() && !node.isEmpty() && random.nextInt(4) > 0) {
            ArrayNode array = (ArrayNode) node;
            int at = random.nextInt(array.size());
            array.set(at, changed(array.get(at)));
            return array;
        }
        if (!node.isObject() || node.isEmpty() || random.nextInt(12) == 0) {
            return anything(2);
        }
        ObjectNode object = (ObjectNode) node;
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        String name = pick(names);
        switch (random.nextInt(8)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(pick(TEXTS), anything(2));
            case 2 -> object.set(name, anything(3));
            default -> object.set(name, changed(object.get(name)));
        }
        return object;
    }

    private JsonNode anything(int depth) {
        switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0:
                return NODES.textNode(pick(TEXTS));
            case 1:
                return NODES.numberNode(random.nextInt(20) - 5);
            case 2:
                return number();
            case 3:
                return NODES.booleanNode(random.nextBoolean());
            case 4:
                return NODES.nullNode();
            case 5:
                return NODES.binaryNode(bytes(random.nextInt(20)));
            case 6:
                ArrayNode array = NODES.arrayNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    array.add(anything(depth - 1));
                }
                return array;
            default:
                ObjectNode object = NODES.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(pick(TEXTS), anything(depth - 1));
                }
                return object;
        }
    }

    private JsonNode number() {
        String text = pick(NUMBERS);
        return text.matches("-?\\d+") ? NODES.numberNode(new BigInteger(text)) : NODES.numberNode(new BigDecimal(text));
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
