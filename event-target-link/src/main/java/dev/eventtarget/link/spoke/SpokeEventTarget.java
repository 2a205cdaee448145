package dev.eventtarget.link.spoke;

import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.Health;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.AbstractEventTarget;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.link.spi.Connector;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Events go to a hub and come from there. */
final class SpokeEventTarget extends AbstractEventTarget {
    private final String address;
    private final Outbox outbox;
    private final HubConnection hub;
    private final Map<ListenerSubscription, SpokeSubscription> subscriptions = new ConcurrentHashMap<>();

    SpokeEventTarget(
            Vertx vertx, SpokeSettings settings, String address, Connector connector, List<Interceptor> interceptors) {
        super(vertx, settings.codec(), settings.capabilities(), settings.closeTimeout(), interceptors);
        this.address = address;
        Turns turns = new Turns(((VertxInternal) vertx).createEventLoopContext());
        this.outbox = new Outbox(settings, address, turns);
        this.hub = new HubConnection(
                vertx,
                settings,
                address,
                connector,
                turns,
                outbox,
                () -> connected(address),
                error -> disconnected(address, error));
        opened();
    }

    void connect() {
        hub.connect();
    }

    @Override
    protected Future<Void> publish(TypedEvent<?> event) {
        return publish(event, false);
    }

    @Override
    protected Future<Void> publishDeadLetter(TypedEvent<?> event) {
        return publish(event, true);
    }

    private Future<Void> publish(TypedEvent<?> event, boolean deadLetter) {
        try {
            return outbox.publish(event, deadLetter);
        } catch (CodecException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    protected Future<Void> subscribe(ListenerSubscription listener) {
        SpokeSubscription added = hub.subscription(listener);
        subscriptions.put(listener, added);
        listener.ended().onComplete(ended -> subscriptions.remove(listener));
        hub.subscribe(added);
        return added.ready();
    }

    @Override
    protected void unsubscribe(ListenerSubscription listener) {
        SpokeSubscription known = subscriptions.get(listener);
        if (known != null) {
            hub.unsubscribe(known);
        }
    }

    @Override
    protected boolean keepsForGroups() {
        return true;
    }

    @Override
    protected void settled(ListenerSubscription listener, TypedEvent<?> event) {
        SpokeSubscription known = subscriptions.get(listener);
        if (known != null) {
            known.settled(event, true);
        }
    }

    @Override
    protected void abandoned(ListenerSubscription listener, TypedEvent<?> event) {
        SpokeSubscription known = subscriptions.get(listener);
        if (known != null) {
            known.settled(event, false);
        }
    }

    @Override
    protected Future<Void> catchUp(ClosedException error) {
        outbox.refuse(error);
        return outbox.idle().compose(confirmed -> hub.flush());
    }

    @Override
    protected Future<Void> catchUp(ListenerSubscription listener) {
        SpokeSubscription known = subscriptions.get(listener);
        return known == null ? Future.succeededFuture() : hub.flush(known);
    }

    @Override
    protected Health health() {
        return hub.health();
    }

    @Override
    protected Future<Void> disconnect() {
        return hub.close();
    }

    @Override
    public String toString() {
        return address;
    }
}
