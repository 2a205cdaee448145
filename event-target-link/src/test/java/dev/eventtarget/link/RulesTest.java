package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventType;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
    private static final Rules RULES = Rules.of(new JsonArray("""
            [{"peer": "*",         "subscribe": ["news.>"]},
             {"peer": "billing-*", "publish": ["invoice.*"], "subscribe": ["order.>", "invoice.sent:42"]},
             {"peer": "audit",     "subscribe": [">"]},
             {"peer": "anonymous", "publish": ["visit"]},
             {"peer": "*",         "publish": ["user.{peer}.>", "seen:{peer}"], "subscribe": ["user.{peer}.>"]}]
            """));

    @ParameterizedTest
    @CsvSource({
        "billing-1, invoice.sent, true",
        "billing-1, invoice.sent:42, true",
        "billing-1, invoice.sent.again, false",
        "billing-1, order.placed, false",
        "billing-1, user.billing-1.moved, true",
        "billing-1, user.billing-2.moved, false",
        "billing-1, user.billing-1, false",
        "billing-1, seen:billing-1, true",
        "billing-1, seen:billing-2, false",
        "billing-1, seen, false",
        "billing, invoice.sent, false",
        "Billing-1, invoice.sent, false",
        "audit, order.placed, false",
        "'', visit, true",
        "'', visit:7, true",
        "'', user.x, false",
        "anonymous, visit, false"
    })
    void publishing(String peer, String type, boolean may) {
        assertEquals(may, RULES.mayPublish(Peer.named(peer), type(type)));
    }

    @ParameterizedTest
    @CsvSource({
        "billing-1, order.placed, true",
        "billing-1, order.placed:1, true",
        "billing-1, order.>, true",
        "billing-1, order.*, true",
        "billing-1, order.*.x, true",
        "billing-1, order, false",
        "billing-1, *, false",
        "billing-1, >, false",
        "billing-1, *.placed, false",
        "billing-1, invoice.sent:42, true",
        "billing-1, invoice.sent, false",
        "billing-1, invoice.*:42, false",
        "billing-1, invoice.sent:43, false",
        "billing-1, news.today, true",
        "'', news.>, true",
        "'', order.placed, false",
        "audit, >, true",
        "audit, >:42, true",
        "audit, a.*.>, true",
        "stranger, user.stranger.*, true",
        "stranger, user.*.moved, false",
        "stranger, user.>, false"
    })
    void subscribing(String peer, String type, boolean may) {
        assertEquals(may, RULES.maySubscribe(Peer.named(peer), type(type)));
    }

    @ParameterizedTest
    @CsvSource({"*", ">", "a.b", "a:b", "a b", "ä", "'{peer}'", "''"})
    void aNameThatIsNoTokenDoesNotStandForThePeer(String peer) {
        Rules rules = Rules.of(new JsonArray("""
                [{"peer": "*", "publish": ["user.{peer}.x", "id:{peer}"], "subscribe": ["user.{peer}.>", "user.{peer}"]}]"""));
        for (String topic : List.of("user.a.x", "user.b.x", "id:b", "id:a:b", "id:" + (peer.isEmpty() ? "x" : peer))) {
            assertFalse(rules.mayPublish(Peer.named(peer), type(topic)), topic);
        }
        for (String pattern : List.of("user.*.>", "user.>", "user.a.x", "user.*", "user.a.b")) {
            assertFalse(rules.maySubscribe(Peer.named(peer), type(pattern)), pattern);
        }
    }

    @Test
    void aNameThatIsTooLongForATypeAllowsNothing() {
        Rules rules = Rules.of(new JsonArray("[{\"peer\": \"*\", \"publish\": [\"user.{peer}\", \"a\"]}]"));
        Peer peer = Peer.named("n".repeat(255));

        assertFalse(rules.mayPublish(peer, type("user.n")));
        assertTrue(rules.mayPublish(peer, type("a")));
    }

    @Test
    void aPatternIsNeverPublished() {
        Rules rules = Rules.of(new JsonArray("[{\"peer\": \"*\", \"publish\": [\">\"]}]"));

        assertTrue(rules.mayPublish(Peer.ANONYMOUS, type("a.b")));
        assertFalse(rules.mayPublish(Peer.ANONYMOUS, type("a.*")));
    }

    @Test
    void withoutRulesNothingIsAllowed() {
        Rules none = Rules.of(new JsonArray());

        assertFalse(none.mayPublish(Peer.named("a"), type("a")));
        assertFalse(none.maySubscribe(Peer.named("a"), type("a")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[5] | rules[0] must be an object",
                "[{\"peer\":\"*\",\"publish\":[\"a\"]},{\"peer\":\"*\",\"pubish\":[\"a\"]}] | rules[1] has no option pubish. There are: peer, publish, subscribe",
                "[{\"publish\":[\"a\"]}] | rules[0].peer must be a name",
                "[{\"peer\":\"\",\"publish\":[\"a\"]}] | rules[0].peer must be a name",
                "[{\"peer\":\"*-x\",\"publish\":[\"a\"]}] | rules[0].peer must be a name",
                "[{\"peer\":7,\"publish\":[\"a\"]}] | rules[0].peer must be a name",
                "[{\"peer\":\"x\"}] | rules[0] allows nothing",
                "[{\"peer\":\"x\",\"publish\":\"a\"}] | rules[0].publish must be an array",
                "[{\"peer\":\"x\",\"publish\":[\"a\",5]}] | rules[0].publish[1] must be a type or pattern",
                "[{\"peer\":\"x\",\"subscribe\":[\"a..b\"]}] | rules[0].subscribe[0]: 'a..b' is no event type name",
                "[{\"peer\":\"x\",\"subscribe\":[\"{name}\"]}] | rules[0].subscribe[0]: '{name}' is no event type name"
            })
    void whatIsWrongIsNamed(String json, String said) {
        String message = assertThrows(ConfigurationException.class, () -> Rules.of(new JsonArray(json)))
                .getMessage();
        assertTrue(message.startsWith(said), message);
    }

    /** Patterns of up to three tokens, and topics of up to four, of an alphabet with one letter more than patterns use. */
    @Test
    void onePatternCoversAnotherIfItMatchesAllThatTheOtherMatches() {
        List<EventType<?>> patterns = new ArrayList<>();
        for (String name : names(List.of("a", "b", "*"), 3)) {
            withIds(name, List.of("1", "2"), patterns);
            withIds(name + ".>", List.of("1", "2"), patterns);
        }
        withIds(">", List.of("1", "2"), patterns);
        List<EventType<?>> topics = new ArrayList<>();
        for (String name : names(List.of("a", "b", "c"), 5)) {
            withIds(name, List.of("1", "2", "3"), topics);
        }

        for (EventType<?> asked : patterns) {
            List<EventType<?>> matched = topics.stream().filter(asked::matches).toList();
            for (EventType<?> allowed : patterns) {
                assertEquals(
                        matched.stream().allMatch(allowed::matches),
                        Rules.covers(allowed, asked),
                        () -> allowed.topic() + " covers " + asked.topic());
            }
        }
    }

    @Property
    void whatIsCoveredIsMatched(
            @ForAll("patterns") String allowed, @ForAll("patterns") String asked, @ForAll("topics") String topic) {
        if (Rules.covers(type(allowed), type(asked)) && type(asked).matches(type(topic))) {
            assertTrue(type(allowed).matches(type(topic)), () -> allowed + " covers " + asked + " but not " + topic);
        }
    }

    @Property
    void everyPatternCoversItselfAndIsCoveredByAll(@ForAll("patterns") String pattern) {
        assertTrue(Rules.covers(type(pattern), type(pattern)));
        assertTrue(Rules.covers(type(">"), type(pattern)));
    }

    @Provide
    Arbitrary<String> patterns() {
        Arbitrary<String> name = Arbitraries.of("a", "b", "aa", "*")
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(tokens -> String.join(".", tokens));
        return Arbitraries.oneOf(name, name.map(prefix -> prefix + ".>"), name.map(prefix -> prefix + ":1"));
    }

    @Provide
    Arbitrary<String> topics() {
        Arbitrary<String> name =
                Arbitraries.of("a", "b", "aa").list().ofMinSize(1).ofMaxSize(7).map(tokens -> String.join(".", tokens));
        return Arbitraries.oneOf(name, name.map(prefix -> prefix + ":1"), name.map(prefix -> prefix + ":2"));
    }

    private static List<String> names(List<String> alphabet, int most) {
        List<String> all = new ArrayList<>(alphabet);
        List<String> longest = alphabet;
        for (int length = 2; length <= most; length++) {
            longest = longest.stream()
                    .flatMap(name -> alphabet.stream().map(token -> name + "." + token))
                    .toList();
            all.addAll(longest);
        }
        return all;
    }

    private static void withIds(String name, List<String> ids, List<EventType<?>> types) {
        Stream.concat(Stream.of(name), ids.stream().map(id -> name + ":" + id))
                .forEach(topic -> types.add(type(topic)));
    }

    private static EventType<?> type(String topic) {
        return EventType.of(topic, Object.class);
    }
}
