package dev.eventtarget.tck;

import dev.eventtarget.Capability;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/**
 * Proves that a target keeps the contract of event targets. An adapter's test extends this class and says how to open a
 * target:
 *
 * <pre>{@code
 * class MemoryEventTargetTest extends EventTargetContract {
 *     @Override
 *     protected TypedEventTarget open(Vertx vertx, String bus) {
 *         return EventTargets.open(vertx, "memory:" + bus);
 *     }
 * }
 * }</pre>
 *
 * <p>Each test is one rule of {@code docs/architecture/contract.md} and has its name. A rule that needs a {@linkplain
 * Capability capability} is skipped, with the reason, for a target that does not claim it; that the target refuses what
 * asks for it is a rule as well.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
public abstract class EventTargetContract {
    private final List<TypedEventTarget> opened = new CopyOnWriteArrayList<>();
    private final List<Vertx> started = new CopyOnWriteArrayList<>();
    private final List<Runnable> finish = new CopyOnWriteArrayList<>();
    private final String bus = newBus();
    private String rule = "";
    private Vertx vertx;
    private TypedEventTarget target;

    /** For subclasses. */
    protected EventTargetContract() {}

    /**
     * Opens a target. All targets of one bus hear each other's events, as those of several processes would; buses hear
     * nothing of one another. The suite closes what it opens.
     *
     * @param vertx runs it
     * @param bus another name for each test: {@code [a-z0-9-]}, 40 characters
     * @return the target
     * @throws Exception to fail the test
     */
    protected abstract TypedEventTarget open(Vertx vertx, String bus) throws Exception;

    /**
     * Opens a target with an interceptor, the only one on its bus.
     *
     * @param vertx runs it
     * @param bus as of {@link #open(Vertx, String)}
     * @param interceptor is to stand around what is published and delivered
     * @return the target; null, as by default, if it can't be done here, and the rules about interceptors are skipped
     * @throws Exception to fail the test
     */
    protected @Nullable TypedEventTarget open(Vertx vertx, String bus, Interceptor interceptor) throws Exception {
        return null;
    }

    /**
     * {@return how long to wait for what has to happen; 10 s unless overridden. A target that keeps the contract makes
     * nobody wait so long}
     */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    /** {@return the {@code closeTimeout} of the targets that {@link #open} makes; 30 s unless overridden} */
    protected Duration closeTimeout() {
        return Duration.ofSeconds(30);
    }

    /**
     * {@return how many later events push an event out of the history for sure; 0, the default, if it can't be said, and
     * the rule about gaps is skipped}
     */
    protected int historyLimit() {
        return 0;
    }

    /** {@return whether {@link #stopBroker} and {@link #startBroker} work; false unless overridden} */
    protected boolean canRestartBroker() {
        return false;
    }

    /**
     * Stops what carries the events, without warning. Not called unless {@link #canRestartBroker}. Where test classes run
     * in parallel, each needs a broker of its own.
     *
     * @throws Exception to fail the test
     */
    protected void stopBroker() throws Exception {
        throw new UnsupportedOperationException("canRestartBroker is true: override stopBroker and startBroker too");
    }

    /**
     * Starts it again, at the same address.
     *
     * @throws Exception to fail the test
     */
    protected void startBroker() throws Exception {
        throw new UnsupportedOperationException("canRestartBroker is true: override stopBroker and startBroker too");
    }

    @BeforeEach
    final void openTarget(TestInfo test) throws Exception {
        rule = test.getTestMethod().orElseThrow().getName();
        vertx = startVertx();
        target = openTarget(vertx);
        test.getTestClass().ifPresent(this::assume);
        test.getTestMethod().ifPresent(this::assume);
    }

    private void assume(AnnotatedElement rules) {
        Needs needs = rules.getAnnotation(Needs.class);
        if (needs != null) {
            for (Capability capability : needs.value()) {
                assume(target.capabilities().contains(capability), "the target does not claim " + capability);
            }
        }
        if (rules.isAnnotationPresent(InProcess.class)) {
            assume(isInProcess(), "the target claims CROSS_PROCESS: its publishers do not wait for listeners");
        }
    }

    @AfterEach
    final void closeTargets() {
        finish.forEach(Runnable::run);
        for (TypedEventTarget open : opened) {
            Outcome.of(open.close().otherwiseEmpty(), patience());
        }
        Outcome.of(Future.join(started.stream().map(Vertx::close).toList()), patience());
    }

    // ---- for the rules

    Vertx vertx() {
        return vertx;
    }

    /** Another Vert.x instance, which stands for another process. */
    Vertx startVertx() {
        Vertx another = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(8));
        started.add(another);
        return another;
    }

    TypedEventTarget target() {
        return target;
    }

    TypedEventTarget openTarget(Vertx on) throws Exception {
        TypedEventTarget another = open(on, bus);
        opened.add(another);
        return another;
    }

    private static String newBus() {
        return "tck-" + UUID.randomUUID();
    }

    /** On a bus of its own. */
    TypedEventTarget openIntercepted(Interceptor interceptor) throws Exception {
        TypedEventTarget another = open(vertx, newBus(), interceptor);
        if (another == null) {
            assume(false, "the adapter's test can't open a target with an interceptor");
            throw new AssertionError();
        }
        opened.add(another);
        return another;
    }

    boolean isInProcess() {
        return !target.capabilities().contains(Capability.CROSS_PROCESS);
    }

    /** Skips the rule unless the assumption holds. */
    void assume(boolean assumption, String otherwise) {
        Assumptions.assumeTrue(assumption, () -> rule + " is skipped: " + otherwise);
    }

    /** Does something before the targets are closed. */
    void finallyDo(Runnable action) {
        finish.add(action);
    }

    // ---- the sections

    @Nested
    class Types extends TypeRules {
        Types() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Ids extends IdRules {
        Ids() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Wildcards extends WildcardRules {
        Wildcards() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Order extends OrderRules {
        Order() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class FanOut extends FanOutRules {
        FanOut() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Groups extends GroupRules {
        Groups() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Listeners extends ListenerRules {
        Listeners() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Acknowledgement extends AcknowledgementRules {
        Acknowledgement() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class DeadLetters extends DeadLetterRules {
        DeadLetters() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Replay extends ReplayRules {
        Replay() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Backpressure extends BackpressureRules {
        Backpressure() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Isolation extends IsolationRules {
        Isolation() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Concurrency extends ConcurrencyRules {
        Concurrency() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Details extends DetailRules {
        Details() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Metadata extends MetadataRules {
        Metadata() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Deduplication extends DeduplicationRules {
        Deduplication() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Closing extends ClosingRules {
        Closing() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Threads extends ThreadRules {
        Threads() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Capabilities extends CapabilityRules {
        Capabilities() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Status extends StatusRules {
        Status() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Interceptors extends InterceptorRules {
        Interceptors() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Streams extends StreamRules {
        Streams() {
            super(EventTargetContract.this);
        }
    }

    @Nested
    class Reconnecting extends ReconnectingRules {
        Reconnecting() {
            super(EventTargetContract.this);
        }
    }
}
