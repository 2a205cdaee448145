package dev.eventtarget.opentelemetry;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.Interceptor;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes a span of each publication and of each call of a listener, and has events carry the trace in their headers, by the
 * propagators of the SDK: {@code traceparent} and {@code tracestate} by default. So a trace goes on over any transport, and
 * through a hub that knows nothing of it.
 *
 * <pre>{@code
 * TypedEventTarget target = EventTargets.open(vertx, url, new EventTargetTracing(openTelemetry));
 * }</pre>
 *
 * <p>Names and attributes are those of the <a
 * href="https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/messaging/messaging-spans.md">semantic
 * conventions for messaging 1.44.0</a>. A listener's span is a child of the publisher's and links to it; {@link #linksOnly}
 * leaves away the former. Each attempt at an event is a span, and an error is recorded in the one in which it has happened.
 *
 * <p>An event that has a trace in its headers already keeps it, and the span of its publication links to it. One that is
 * passed on by a listener, within the trace that it has brought, gets the new span.
 *
 * <p>The span is current while a listener runs. For an asynchronous listener that is until it returns its future, and from
 * then on where the SDK's context goes with that of Vert.x.
 *
 * <p>Thread-safe. One may be given to any number of targets. Two of one {@link OpenTelemetry} are equal, so that verticles
 * which open the same target may each make one.
 */
public final class EventTargetTracing implements Interceptor {
    private static final String SCOPE = "dev.eventtarget";
    private static final String SCHEMA = "https://opentelemetry.io/schemas/1.44.0";
    private static final String SYSTEM_NAME = "eventtarget";

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> TEMPLATE = AttributeKey.stringKey("messaging.destination.template");
    private static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");
    private static final AttributeKey<String> ID = AttributeKey.stringKey("messaging.message.id");
    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    private static final TextMapGetter<Map<String, String>> HEADERS = new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // and abstract in earlier versions
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String key) {
            return headers == null ? null : headers.get(key);
        }
    };

    private final OpenTelemetry openTelemetry;
    private final boolean parents;
    private final Tracer tracer;
    private final TextMapPropagator propagator;

    /**
     * Makes spans with an SDK.
     *
     * @param openTelemetry has the tracer and the propagators
     */
    public EventTargetTracing(OpenTelemetry openTelemetry) {
        this(openTelemetry, true);
    }

    private EventTargetTracing(OpenTelemetry openTelemetry, boolean parents) {
        this.openTelemetry = openTelemetry;
        this.parents = parents;
        this.tracer = openTelemetry
                .getTracerProvider()
                .tracerBuilder(SCOPE)
                .setSchemaUrl(SCHEMA)
                .build();
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
    }

    /**
     * The same, but a listener's span begins a trace of its own, which links to the publisher's. Good where events are
     * handled long after they were published.
     *
     * @return another one
     */
    public EventTargetTracing linksOnly() {
        return new EventTargetTracing(openTelemetry, false);
    }

    // ---- publishing

    @Override
    public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
        Context around = Context.current();
        SpanContext carried = carried(event);
        boolean replaces = !carried.isValid()
                || carried.getTraceId()
                        .equals(Span.fromContext(around).getSpanContext().getTraceId());
        SpanBuilder builder = builder("publish", "send", event.type())
                .setSpanKind(replaces ? SpanKind.PRODUCER : SpanKind.CLIENT)
                .setParent(around);
        if (!replaces) {
            builder.addLink(carried);
        }
        Span span = describe(builder, event).startSpan();
        Context within = around.with(span);
        return run(span, within, replaces ? inject(event, within) : event, next);
    }

    private TypedEvent<?> inject(TypedEvent<?> event, Context context) {
        Map<String, String> headers = new LinkedHashMap<>(event.headers());
        headers.keySet().removeAll(propagator.fields());
        propagator.inject(context, headers, (map, name, value) -> {
            if (map != null) {
                map.put(name, value);
            }
        });
        return event.withHeaders(headers);
    }

    private SpanContext carried(TypedEvent<?> event) {
        return event.headers().isEmpty()
                ? SpanContext.getInvalid()
                : Span.fromContext(propagator.extract(Context.root(), event.headers(), HEADERS))
                        .getSpanContext();
    }

    // ---- delivery

    @Override
    public Future<?> deliver(TypedEvent<?> event, Subscription subscription, Function<TypedEvent<?>, Future<?>> next) {
        Context around = Context.current();
        SpanContext ambient = Span.fromContext(around).getSpanContext();
        Context brought = propagator.extract(around, event.headers(), HEADERS);
        SpanContext found = Span.fromContext(brought).getSpanContext();
        SpanContext carried = found.equals(ambient) ? SpanContext.getInvalid() : found;
        SpanBuilder builder = builder("process", "process", event.type()).setSpanKind(SpanKind.CONSUMER);
        if (carried.isValid()) {
            builder.addLink(carried);
        }
        if (parents) {
            builder.setParent(brought);
            if (carried.isValid() && ambient.isValid() && !ambient.getSpanId().equals(carried.getSpanId())) {
                builder.addLink(ambient);
            }
        } else {
            builder.setNoParent();
        }
        String group = subscription.group();
        if (group != null) {
            builder.setAttribute(GROUP, group);
        }
        Span span = describe(builder, event).startSpan();
        return run(span, brought.with(span), event, next);
    }

    /**
     * Makes one span of each batch, which links to the publishers of all its events: for {@link
     * dev.eventtarget.EventStream#batch EventStream.batch}. The span is current while the handler runs.
     *
     * <pre>{@code
     * pubSub.subscribe(PLACED).batch(100, Duration.ofSeconds(1)).handler(tracing.batches(orders -> store(orders)));
     * }</pre>
     *
     * @param handler handles the batches
     * @return a handler that does it within a span
     */
    @SuppressWarnings("try") // a scope is there to be closed
    public <E extends TypedEvent<?>> Handler<List<E>> batches(Handler<List<E>> handler) {
        return events -> {
            EventType<?> first = events.get(0).type();
            boolean same =
                    events.stream().allMatch(event -> event.type().topic().equals(first.topic()));
            SpanBuilder builder = builder("process", "process", same ? first : null)
                    .setSpanKind(SpanKind.CONSUMER)
                    .setNoParent()
                    .setAttribute(COUNT, events.size());
            for (E event : events) {
                SpanContext carried = carried(event);
                if (carried.isValid()) {
                    builder.addLink(carried);
                }
            }
            Span span = builder.startSpan();
            try (Scope scope = Context.root().with(span).makeCurrent()) {
                handler.handle(events);
            } catch (Throwable e) {
                record(span, e);
                throw e;
            } finally {
                span.end();
            }
        };
    }

    // ---- spans

    /** Of a type, as far as there is one: without its id, of which there are too many for a span's name. */
    private SpanBuilder builder(String operation, String operationType, @Nullable EventType<?> type) {
        String template = type == null || type.id() == null ? null : type.name() + ":{id}";
        String destination = template != null ? template : type == null ? null : type.name();
        SpanBuilder builder = tracer.spanBuilder(destination == null ? operation : operation + " " + destination)
                .setAttribute(SYSTEM, SYSTEM_NAME)
                .setAttribute(OPERATION, operation)
                .setAttribute(OPERATION_TYPE, operationType);
        if (type != null) {
            builder.setAttribute(DESTINATION, type.topic());
        }
        if (template != null) {
            builder.setAttribute(TEMPLATE, template);
        }
        return builder;
    }

    private static SpanBuilder describe(SpanBuilder builder, TypedEvent<?> event) {
        String id = event.id();
        return id == null ? builder : builder.setAttribute(ID, id);
    }

    @SuppressWarnings({"try", "unchecked"}) // a scope is there to be closed; an R is a Future<Void> or a Future<?>
    private static <R extends Future<?>> R run(
            Span span, Context within, TypedEvent<?> event, Function<TypedEvent<?>, R> next) {
        R outcome;
        try (Scope scope = within.makeCurrent()) {
            outcome = next.apply(event);
        } catch (Throwable e) {
            record(span, e);
            span.end();
            throw e;
        }
        if (outcome.succeeded()) {
            span.end();
            return outcome;
        }
        // who sees the outcome finds the span ended
        return (R) outcome.andThen((done, error) -> {
            if (error != null) {
                record(span, error);
            }
            span.end();
        });
    }

    private static void record(Span span, Throwable error) {
        String message = error.getMessage();
        span.setStatus(StatusCode.ERROR, message == null ? "" : message);
        span.setAttribute(
                ERROR_TYPE,
                error instanceof EventTargetException known
                        ? known.reason().name().toLowerCase(Locale.ROOT)
                        : error.getClass().getName());
        span.recordException(error);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EventTargetTracing that
                && openTelemetry == that.openTelemetry
                && parents == that.parents;
    }

    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(openTelemetry) + Boolean.hashCode(parents);
    }

    @Override
    public String toString() {
        return "EventTargetTracing";
    }
}
