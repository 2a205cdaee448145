package dev.eventtarget.examples.file;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.PubSub;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the conformance suite does not know of. */
class FileEventTargetTest {
    private static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);

    private final Vertx vertx = Vertx.vertx();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Path file;

    @BeforeEach
    void name(@TempDir Path directory) {
        file = directory.resolve("events.ndjson");
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(40, SECONDS);
    }

    private TypedEventTarget open(Interceptor... interceptors) {
        return EventTargets.open(vertx, file.toUri().toString(), interceptors);
    }

    @Test
    void aProviderMakesATarget() throws Exception {
        TypedEventTarget target = new FileEventTargetProvider()
                .open(vertx, EventTargetConfig.of(file.toUri().toString()), List.of());
        assertInstanceOf(FileEventTarget.class, target);
        assertEquals(Health.up(), target.status().await(20, SECONDS).health());
        target.close().await(20, SECONDS);
    }

    @Test
    void aFileThatCannotBeOpenedIsAMistakeInTheConfiguration() {
        assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, "file:"));
        assertThrows(
                ConfigurationException.class,
                () -> EventTargets.open(vertx, file.resolve("below").toUri().toString()));
    }

    @Test
    void anEventIsOneLine() throws Exception {
        TypedEventTarget target = open();
        PubSub.over(target).publish(PLACED, "7", new Order("a\nb", 3)).await(20, SECONDS);

        assertEquals(
                List.of("{\"type\":\"order.placed:7\",\"detail\":{\"id\":\"a\\nb\",\"quantity\":3}}"),
                Files.readAllLines(file));
    }

    @Test
    void linesOfOthersAreHeardAndWhatIsNoEventIsPassedOver() throws Exception {
        TypedEventTarget target = open();
        target.addEventListener(PLACED, event -> heard.add(event.detail().id()));
        Files.writeString(
                file,
                "{\"type\":\"order.placed\",\"detail\":{\"id\":\"1\",\"quantity\":1}}\nnonsense\n\n{\"type\":\"order.pl",
                StandardOpenOption.APPEND);
        Files.writeString(file, "aced\",\"detail\":{\"id\":\"2\",\"quantity\":1}}\n", StandardOpenOption.APPEND);

        await().untilAsserted(() -> assertEquals(List.of("1", "2"), heard));
    }

    @Test
    void whatWasThereBeforeIsNotHeard() throws Exception {
        Files.writeString(file, "{\"type\":\"order.placed\",\"detail\":{\"id\":\"old\",\"quantity\":1}}\n");
        TypedEventTarget target = open();
        target.addEventListener(PLACED, event -> heard.add(event.detail().id()));
        PubSub.over(target).publish(PLACED, new Order("new", 1)).await(20, SECONDS);

        await().untilAsserted(() -> assertEquals(List.of("new"), heard));
    }

    @Test
    void whereThePublisherIsElsewhereAFullListenerFailsNobody() throws Exception {
        TypedEventTarget target = open();
        Subscription slow = target.addEventListener(
                PLACED,
                event -> heard.add(event.detail().id()),
                ListenerOptions.defaults().buffer(1, OverflowPolicy.FAIL));
        slow.pause();
        for (int i = 1; i <= 3; i++) {
            PubSub.over(target).publish(PLACED, new Order("" + i, 1)).await(20, SECONDS);
        }
        slow.resume();

        await().untilAsserted(() -> assertEquals(List.of("1", "2", "3"), heard));
    }

    /** Publication and delivery are each seen once; a dead letter is a publication of its own. */
    @Test
    void interceptorsStandAroundPublicationAndDelivery() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        TypedEventTarget target = open(new Interceptor() {
            @Override
            public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
                told.add("publish " + event.type().topic());
                return next.apply(event);
            }

            @Override
            public Future<?> deliver(
                    TypedEvent<?> event, Subscription subscription, Function<TypedEvent<?>, Future<?>> next) {
                told.add("deliver " + event.type().topic());
                return next.apply(event);
            }

            @Override
            public void retrying(TypedEvent<?> event, Subscription subscription) {
                told.add("retry " + event.type().topic());
            }

            @Override
            public void opened(TypedEventTarget opened) {
                told.add("opened " + opened);
            }

            @Override
            public void closed(TypedEventTarget closed) {
                told.add("closed");
            }
        });
        target.addEventListener(
                EventType.of("order.dead", Order.class),
                event -> heard.add(event.detail().id()));
        target.addAsyncEventListener(
                PLACED,
                event -> Future.failedFuture("no"),
                ListenerOptions.defaults().retry(RetryPolicy.immediately(2)).deadLetter("order.dead"));
        PubSub.over(target).publish(PLACED, new Order("42", 3)).await(20, SECONDS);
        await().until(() -> !heard.isEmpty());
        target.close().await(20, SECONDS);

        assertEquals(
                List.of(
                        "opened file:" + file,
                        "publish order.placed",
                        "deliver order.placed",
                        "retry order.placed",
                        "deliver order.placed",
                        "publish order.dead",
                        "deliver order.dead",
                        "closed"),
                told);
    }
}
