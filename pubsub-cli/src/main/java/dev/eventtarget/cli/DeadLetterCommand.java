package dev.eventtarget.cli;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** A command that goes through the dead letters of a type, from the earliest to the last. */
abstract class DeadLetterCommand extends UrlCommand {
    private static final long POLL_MILLIS = 20;

    @Parameters(
            paramLabel = "TYPE",
            converter = SubCommand.PatternConverter.class,
            description = "The type that the listeners' deadLetter option names, such as order.rejected.")
    @SuppressWarnings("NullAway.Init")
    private EventType<EncodedDetail> type;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Ends after so many.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description =
                    "Takes it that there are no more when for this time none has come; default: 2s, for replay 5s.")
    private @Nullable Duration timeout;

    private final Duration timeoutByDefault;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicLong done = new AtomicLong();
    private volatile boolean failed;
    private volatile @Nullable Subscription subscription;

    /** Made with the timeout that it has by default. */
    DeadLetterCommand(Main main, Duration timeout) {
        super(main);
        this.timeoutByDefault = timeout;
    }

    @Override
    void check() {
        if (count < 1) {
            throw new ParameterException(spec().commandLine(), "--count must be at least 1");
        }
    }

    /** Adds the listener, on a worker context. */
    abstract Subscription listen(TypedEventTarget target, EventType<EncodedDetail> type, ListenerOptions options);

    /** What is said at the end has been done with so many, such as {@code published 3 dead letters anew}. */
    abstract String summary(String deadLetters);

    @Override
    final int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        warnIfAlone();
        ListenerOptions options =
                ListenerOptions.defaults().from(StartFrom.earliest()).onError(this::fail);
        boolean interrupted = false;
        try {
            Future<?> listening = vertx.deployVerticle(
                    new VerticleBase() {
                        @Override
                        public Future<?> start() {
                            Subscription added = listen(target, type, options);
                            subscription = added;
                            added.ended().onComplete(over -> ended.countDown());
                            return added.ready();
                        }
                    },
                    new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER));
            awaitListening(listening, LISTENING);
            awaitEnd();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        end();
        target.close().await();
        out().flush();
        long letters = done.get();
        err().println(summary(String.format(Locale.ROOT, "%,d dead %s", letters, letters == 1 ? "letter" : "letters"))
                + (interrupted ? ", then interrupted" : ""));
        return interrupted ? Main.INTERRUPTED : failed ? Main.FAILED : Main.OK;
    }

    private void awaitEnd() throws InterruptedException {
        Patience patience = new Patience(timeout == null ? timeoutByDefault : timeout);
        long before = 0;
        while (!ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS) && !patience.isOver()) {
            long now = done.get();
            if (now != before || isBusy()) {
                before = now;
                patience.renew();
            }
        }
    }

    /** {@return whether a dead letter is being dealt with} */
    boolean isBusy() {
        return false;
    }

    /** Counts one that was dealt with. Called on the listener's context. */
    final void done() {
        if (done.incrementAndGet() == count) {
            end();
        }
    }

    /** Takes no more. */
    final void end() {
        Subscription current = subscription;
        if (current != null) {
            current.close();
        }
    }

    /** Says what is wrong; the exit code tells of it. */
    final void fail(EventTargetException e) {
        fail(Main.describe(e));
    }

    final void fail(String message) {
        failed = true;
        err().println(message);
    }
}
