package dev.eventtarget.opentelemetry;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.PubSub;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.link.Hub;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class EventTargetTracingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final EventType<Integer> PLACED = EventType.of("order.placed", Integer.class);
    private static final EventType<Integer> ACCEPTED = EventType.of("order.accepted", Integer.class);
    private static final EventType<Integer> REJECTED = EventType.of("order.rejected", Integer.class);

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));
    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
    private final EventTargetTracing tracing = new EventTargetTracing(sdk);
    private final List<TypedEventTarget> targets = new ArrayList<>();

    private OpenTelemetrySdk sdk(Sampler sampler) {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(sampler)
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build())
                .setPropagators(ContextPropagators.create(TextMapPropagator.composite(
                        W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
                .build();
    }

    @AfterEach
    void close() {
        targets.forEach(target -> result(target.close().otherwiseEmpty()));
        result(vertx.close());
        sdk.close();
    }

    private TypedEventTarget open(String uri, Interceptor... interceptors) {
        TypedEventTarget target = EventTargets.open(vertx, uri, interceptors);
        targets.add(target);
        return target;
    }

    private TypedEventTarget memory(String... options) {
        return open("memory:" + UUID.randomUUID() + "?closeTimeout=1s" + String.join("", options), tracing);
    }

    private static <T> T result(Future<T> future) {
        return Outcomes.result(future, PATIENCE);
    }

    private static void eventually(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, PATIENCE);
    }

    private List<SpanData> spans(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    /** The spans of a name, once there are so many. */
    private List<SpanData> spans(String name, int count) {
        eventually(() -> assertEquals(count, spans(name).size(), () -> name + " among " + exporter));
        return spans(name);
    }

    private SpanData span(String name) {
        return spans(name, 1).get(0);
    }

    private static List<String> links(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(context -> context.getSpanId())
                .toList();
    }

    private static @Nullable String attribute(SpanData span, String name) {
        return span.getAttributes().get(stringKey(name));
    }

    private static void assertChild(SpanData parent, SpanData child) {
        assertEquals(parent.getTraceId(), child.getTraceId());
        assertEquals(parent.getSpanId(), child.getParentSpanId());
        assertTrue(links(child).contains(parent.getSpanId()), "it links to it too");
    }

    // ---- publisher and listener

    @Test
    void aListenersSpanIsAChildOfThePublishers() {
        TypedEventTarget target = memory();
        Queue<String> current = new ConcurrentLinkedQueue<>();
        target.addEventListener(
                PLACED, event -> current.add(Span.current().getSpanContext().getSpanId()));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1).withId("a")));

        SpanData sent = span("publish order.placed");
        assertEquals(SpanKind.PRODUCER, sent.getKind());
        assertFalse(sent.getParentSpanContext().isValid());
        assertEquals(
                Map.of(
                        stringKey("messaging.system"), "eventtarget",
                        stringKey("messaging.operation.name"), "publish",
                        stringKey("messaging.operation.type"), "send",
                        stringKey("messaging.destination.name"), "order.placed",
                        stringKey("messaging.message.id"), "a"),
                sent.getAttributes().asMap());
        assertEquals("dev.eventtarget", sent.getInstrumentationScopeInfo().getName());

        SpanData handled = span("process order.placed");
        assertEquals(SpanKind.CONSUMER, handled.getKind());
        assertEquals("process", attribute(handled, "messaging.operation.type"));
        assertEquals("a", attribute(handled, "messaging.message.id"));
        assertNull(attribute(handled, "messaging.consumer.group.name"));
        assertChild(sent, handled);
        assertEquals(1, handled.getLinks().size());
        assertEquals(List.of(handled.getSpanId()), List.copyOf(current));
        assertFalse(Span.current().getSpanContext().isValid(), "nothing is left on the publisher's thread");
    }

    @Test
    void aPublicationIsAChildOfWhatIsGoingOn() {
        TypedEventTarget target = memory();
        Span request = sdk.getTracer("test").spanBuilder("request").startSpan();
        try (Scope scope = request.makeCurrent()) {
            result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        }
        request.end();
        assertEquals(
                request.getSpanContext().getSpanId(),
                span("publish order.placed").getParentSpanId());
    }

    @Test
    void idsAreInNoName() {
        TypedEventTarget target = memory();
        target.addEventListener(PLACED, event -> {}, ListenerOptions.defaults().group("stock"));
        result(target.dispatchEvent(TypedEvent.of(PLACED.withId("42"), 1)));
        SpanData handled = span("process order.placed:{id}");
        assertEquals("order.placed:42", attribute(handled, "messaging.destination.name"));
        assertEquals("order.placed:{id}", attribute(handled, "messaging.destination.template"));
        assertEquals("stock", attribute(handled, "messaging.consumer.group.name"));
        assertChild(span("publish order.placed:{id}"), handled);
    }

    @Test
    void theSpanOfAnAsyncListenerLastsUntilItsFutureIsComplete() {
        TypedEventTarget target = memory();
        Promise<Void> handled = Promise.promise();
        Queue<Boolean> current = new ConcurrentLinkedQueue<>();
        ready(target.addAsyncEventListener(PLACED, event -> {
            current.add(Span.current().getSpanContext().isValid());
            return handled.future();
        }));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        SpanData sent = span("publish order.placed");
        eventually(() -> assertEquals(List.of(true), List.copyOf(current)));
        assertEquals(List.of(), spans("process order.placed"));
        handled.complete();
        assertChild(sent, span("process order.placed"));
    }

    @Test
    void theSpanIsCurrentOnEveryContext() {
        TypedEventTarget target = memory();
        Queue<String> current = new ConcurrentLinkedQueue<>();
        for (ThreadingModel model : List.of(ThreadingModel.EVENT_LOOP, ThreadingModel.WORKER)) {
            for (int concurrency : List.of(1, 4)) {
                result(vertx.deployVerticle(
                        new VerticleBase() {
                            @Override
                            public Future<?> start() {
                                return target.addEventListener(
                                                PLACED,
                                                event -> current.add(Span.current()
                                                        .getSpanContext()
                                                        .getSpanId()),
                                                ListenerOptions.defaults().concurrency(concurrency))
                                        .ready();
                            }
                        },
                        new DeploymentOptions().setThreadingModel(model)));
            }
        }
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        List<SpanData> handled = spans("process order.placed", 4);
        SpanData sent = span("publish order.placed");
        handled.forEach(one -> assertChild(sent, one));
        assertEquals(
                handled.stream().map(SpanData::getSpanId).sorted().toList(),
                current.stream().sorted().toList());
    }

    private static void ready(Subscription subscription) {
        result(subscription.ready());
    }

    // ---- errors

    @Test
    void eachAttemptIsASpanWithItsError() {
        TypedEventTarget target = memory();
        target.addEventListener(
                PLACED,
                event -> {
                    throw new IllegalStateException("out of stock");
                },
                ListenerOptions.defaults().retry(RetryPolicy.immediately(3)).onError(error -> {}));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        for (SpanData handled : spans("process order.placed", 3)) {
            assertChild(span("publish order.placed"), handled);
            assertEquals(StatusCode.ERROR, handled.getStatus().getStatusCode());
            assertEquals("out of stock", handled.getStatus().getDescription());
            assertEquals("java.lang.IllegalStateException", attribute(handled, "error.type"));
            assertEquals("exception", handled.getEvents().get(0).getName());
        }
    }

    @Test
    void aPublicationThatIsRefusedHasItsReason() {
        TypedEventTarget target = memory();
        Subscription paused = target.addEventListener(
                PLACED, event -> {}, ListenerOptions.defaults().buffer(1, OverflowPolicy.FAIL));
        paused.pause();
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        Future<Void> refused = target.dispatchEvent(TypedEvent.of(PLACED, 2));
        eventually(() -> assertTrue(refused.failed()));
        SpanData sent = spans("publish order.placed", 2).get(1);
        assertEquals(StatusCode.ERROR, sent.getStatus().getStatusCode());
        assertEquals("backpressure", attribute(sent, "error.type"));
        assertEquals(EventTargetException.Reason.BACKPRESSURE, ((EventTargetException) refused.cause()).reason());
        paused.resume();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoeverSeesAnOutcomeFindsItsSpanEnded(boolean succeeds) throws Exception {
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        OpenTelemetrySdk slow = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(new SpanExporter() {
                            @Override
                            public CompletableResultCode export(Collection<SpanData> spans) {
                                ending.countDown();
                                try {
                                    goOn.await();
                                } catch (InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                                return exporter.export(spans);
                            }

                            @Override
                            public CompletableResultCode flush() {
                                return CompletableResultCode.ofSuccess();
                            }

                            @Override
                            public CompletableResultCode shutdown() {
                                return CompletableResultCode.ofSuccess();
                            }
                        }))
                        .build())
                .build();
        Promise<Void> promise = Promise.promise();
        Future<Void> seen = new EventTargetTracing(slow).publish(TypedEvent.of(PLACED, 1), next -> promise.future());

        Thread completing = new Thread(succeeds ? promise::complete : () -> promise.fail("refused"));
        completing.start();
        assertTrue(ending.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertFalse(seen.isComplete());
        goOn.countDown();
        result(seen.otherwiseEmpty());

        assertEquals(1, spans("publish order.placed").size());
        completing.join();
        slow.close();
    }

    @Test
    void aDeadLetterStaysInTheTraceOfItsPublisher() {
        TypedEventTarget target = memory();
        Promise<Void> refused = Promise.promise();
        ListenerOptions options = ListenerOptions.defaults().group("stock").deadLetter("order.rejected");
        ready(target.addAsyncEventListener(PLACED, event -> refused.future(), options));
        ready(target.addEventListener(REJECTED, event -> {}));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        SpanData sent = span("publish order.placed");
        refused.fail("out of stock");
        SpanData deadLetter = span("publish order.rejected");
        assertEquals(SpanKind.CLIENT, deadLetter.getKind());
        assertEquals(List.of(sent.getSpanId()), links(deadLetter));
        assertChild(sent, span("process order.rejected"));
    }

    // ---- what events carry

    @Test
    void anEventCarriesTheTraceInItsHeaders() {
        TypedEventTarget target = memory();
        Queue<Map<String, String>> headers = new ConcurrentLinkedQueue<>();
        target.addEventListener(PLACED, event -> headers.add(event.headers()));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1).withHeader("tenant", "north")));
        SpanData sent = span("publish order.placed");
        eventually(() -> assertEquals(1, headers.size()));
        Map<String, String> carried = headers.element();
        assertEquals(Set.of("tenant", "traceparent"), carried.keySet());
        assertEquals("north", carried.get("tenant"));
        // the flag of version 2 for random ids may be set or not
        String flags = sampledFlags(carried.get("traceparent"), sent.getTraceId(), sent.getSpanId());
        assertTrue(flags.equals("01") || flags.equals("03"), flags);
    }

    private static String sampledFlags(String traceparent, String trace, String span) {
        String before = "00-" + trace + "-" + span + "-";
        assertTrue(traceparent.startsWith(before), traceparent);
        return traceparent.substring(before.length());
    }

    @Test
    void whatAListenerPassesOnIsItsOwn() {
        TypedEventTarget target = memory();
        target.addEventListener(PLACED, event -> {
            // a new event, and the same one under another type
            target.dispatchEvent(TypedEvent.of(ACCEPTED, event.detail()));
            target.dispatchEvent(event.with(REJECTED, event.detail()));
        });
        target.addEventListener(ACCEPTED, event -> {});
        target.addEventListener(REJECTED, event -> {});
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        SpanData handled = span("process order.placed");
        for (String type : List.of("order.accepted", "order.rejected")) {
            SpanData passedOn = span("publish " + type);
            assertEquals(handled.getSpanId(), passedOn.getParentSpanId());
            assertEquals(SpanKind.PRODUCER, passedOn.getKind());
            SpanData heard = span("process " + type);
            assertEquals(passedOn.getSpanId(), heard.getParentSpanId());
            assertEquals(handled.getTraceId(), heard.getTraceId());
        }
    }

    @Test
    void aTraceThatAnEventHasAlreadyIsKept() {
        TypedEventTarget target = memory();
        target.addEventListener(PLACED, event -> {});
        String trace = "0af7651916cd43dd8448eb211c80319c";
        String creator = "b7ad6b7169203331";
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)
                .withHeader("traceparent", "00-" + trace + "-" + creator + "-01")
                .withHeader("tracestate", "vendor=value")));
        SpanData sent = span("publish order.placed");
        assertEquals(SpanKind.CLIENT, sent.getKind());
        assertEquals(List.of(creator), links(sent));
        assertNotEquals(trace, sent.getTraceId());
        SpanData handled = span("process order.placed");
        assertEquals(trace, handled.getTraceId());
        assertEquals(creator, handled.getParentSpanId());
        assertEquals("value", handled.getSpanContext().getTraceState().get("vendor"));
    }

    @Test
    void baggageGoesAlong() {
        TypedEventTarget target = memory();
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        target.addEventListener(
                PLACED, event -> heard.add(String.valueOf(Baggage.current().getEntryValue("tenant"))));
        try (Scope scope = Baggage.builder().put("tenant", "north").build().makeCurrent()) {
            result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        }
        eventually(() -> assertEquals(List.of("north"), List.copyOf(heard)));
    }

    @Test
    void whatIsNotSampledIsSaidToListeners() {
        OpenTelemetrySdk never = sdk(Sampler.parentBased(Sampler.alwaysOff()));
        String bus = "memory:" + UUID.randomUUID();
        TypedEventTarget target = open(bus, new EventTargetTracing(never));
        Queue<String> headers = new ConcurrentLinkedQueue<>();
        target.addEventListener(
                PLACED, event -> headers.add(String.valueOf(event.headers().get("traceparent"))));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        eventually(() -> assertEquals(1, headers.size()));
        assertTrue(headers.element().matches("00-\\w+-\\w+-0[02]"), headers::toString);
        assertEquals(List.of(), exporter.getFinishedSpanItems());
        never.close();
    }

    @Test
    void withoutAnSdkNothingIsAdded() {
        TypedEventTarget target = open("memory:" + UUID.randomUUID(), new EventTargetTracing(OpenTelemetry.noop()));
        Queue<Map<String, String>> headers = new ConcurrentLinkedQueue<>();
        target.addEventListener(PLACED, event -> headers.add(event.headers()));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        eventually(() -> assertEquals(List.of(Map.of()), List.copyOf(headers)));
    }

    // ---- links

    @Test
    void aListenersSpanMayBeginATraceOfItsOwn() {
        TypedEventTarget target = open("memory:" + UUID.randomUUID(), tracing.linksOnly());
        target.addEventListener(PLACED, event -> {});
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        SpanData sent = span("publish order.placed");
        SpanData handled = span("process order.placed");
        assertNotEquals(sent.getTraceId(), handled.getTraceId());
        assertFalse(handled.getParentSpanContext().isValid());
        assertEquals(List.of(sent.getSpanId()), links(handled));
    }

    @Test
    void aBatchLinksToAllItsPublishers() {
        TypedEventTarget target = memory();
        Queue<String> current = new ConcurrentLinkedQueue<>();
        var stream = PubSub.over(target)
                .subscribe(PLACED)
                .batch(3, Duration.ofMinutes(1))
                .handler(tracing.batches(events -> current.add(
                        events.size() + " " + Span.current().getSpanContext().getSpanId())));
        result(stream.ready());
        for (int number = 1; number <= 3; number++) {
            result(target.dispatchEvent(TypedEvent.of(PLACED, number)));
        }
        List<SpanData> sent = spans("publish order.placed", 3);
        SpanData batch = spans("process order.placed", 4).stream()
                .filter(span -> span.getAttributes().get(longKey("messaging.batch.message_count")) != null)
                .findAny()
                .orElseThrow();
        AttributeKey<Long> count = longKey("messaging.batch.message_count");
        assertEquals(3, batch.getAttributes().get(count));
        assertEquals(sent.stream().map(SpanData::getSpanId).toList(), links(batch));
        assertEquals(SpanKind.CONSUMER, batch.getKind());
        assertFalse(batch.getParentSpanContext().isValid());
        assertEquals(List.of("3 " + batch.getSpanId()), List.copyOf(current));
        result(stream.close());
    }

    @Test
    void aBatchThatIsRefusedHasItsError() {
        TypedEventTarget target = memory();
        var stream = PubSub.over(target)
                .subscribe("order.*", Integer.class)
                .batch(2, Duration.ofMinutes(1))
                .exceptionHandler(error -> {})
                .handler(tracing.batches(events -> {
                    throw new IllegalStateException("no room");
                }));
        result(stream.ready());
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        result(target.dispatchEvent(TypedEvent.of(ACCEPTED, 2)));
        SpanData batch = span("process");
        assertEquals(StatusCode.ERROR, batch.getStatus().getStatusCode());
        assertEquals(2, batch.getLinks().size());
        assertEquals(StatusCode.ERROR, span("process order.placed").getStatus().getStatusCode());
        result(stream.close());
    }

    // ---- over a hub

    @Test
    void aTraceGoesThroughAHubThatKnowsNothingOfIt() {
        TypedEventTarget backend = open("memory:");
        Hub hub = Hub.create(vertx, backend);
        String url = result(hub.listen("ws://127.0.0.1:0/events"));
        TypedEventTarget publisher = open(url + "?closeTimeout=1s&name=publisher", tracing);
        TypedEventTarget listener = open(url + "?closeTimeout=1s&name=listener", new EventTargetTracing(sdk));
        ready(listener.addEventListener(PLACED, event -> {}));
        ready(listener.addAsyncEventListener(
                PLACED,
                event -> Future.succeededFuture(),
                ListenerOptions.defaults().group("stock")));
        result(publisher.dispatchEvent(TypedEvent.of(PLACED, 1)));
        SpanData sent = span("publish order.placed");
        for (SpanData handled : spans("process order.placed", 2)) {
            assertChild(sent, handled);
        }
        result(hub.close());
    }

    @Test
    void aHubThatTracesLinksToThePublisher() {
        TypedEventTarget backend = memory();
        Hub hub = Hub.create(vertx, backend);
        String url = result(hub.listen("ws://127.0.0.1:0/events"));
        TypedEventTarget publisher = open(url + "?closeTimeout=1s&name=publisher", tracing);
        TypedEventTarget listener = open(url + "?closeTimeout=1s&name=listener", tracing);
        ready(listener.addEventListener(PLACED, event -> {}));
        result(publisher.dispatchEvent(TypedEvent.of(PLACED, 1)));
        List<SpanData> published = spans("publish order.placed", 2);
        SpanData sent = published.stream()
                .filter(span -> span.getKind() == SpanKind.PRODUCER)
                .findAny()
                .orElseThrow();
        SpanData passedOn = published.stream()
                .filter(span -> span.getKind() == SpanKind.CLIENT)
                .findAny()
                .orElseThrow();
        assertEquals(List.of(sent.getSpanId()), links(passedOn));
        // the hub's own listener, which sends it on, and the spoke's
        for (SpanData handled : spans("process order.placed", 2)) {
            assertEquals(sent.getSpanId(), handled.getParentSpanId());
        }
        result(hub.close());
    }

    // ---- sharing

    @Test
    void verticlesThatOpenTheSameTargetMayEachMakeTheirOwn() {
        assertEquals(tracing, new EventTargetTracing(sdk));
        assertEquals(tracing.hashCode(), new EventTargetTracing(sdk).hashCode());
        assertNotEquals(tracing, tracing.linksOnly());
        assertNotEquals(tracing, new EventTargetTracing(OpenTelemetry.noop()));
    }
}
