package dev.eventtarget.cli;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.quic.NodeIdentity;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
        name = "doctor",
        description = {
            "Looks whether a target works, and says what is wrong and what to do about it.",
            "",
            "Looks up the host, asks the server which version it is and what time it has, reads the token, subscribes,"
                    + " publishes an event and waits for it. What does not go is told in a line that begins with FAIL, and"
                    + " the exit code is 1 then. A server that keeps events keeps the probe as well, in a stream of its own."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pubsub doctor --url redis://localhost:6379",
            "  pubsub doctor --url 'wss://hub.example/events?tokenFile=token'",
            "  pubsub doctor --url quic://NODEID@hub.example:4433 --type news.probe"
        })
final class DoctorCommand extends UrlCommand {
    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "The type of the probe, which one must be allowed to publish and to hear; default:"
                    + " ${DEFAULT-VALUE}.")
    private String type = "pubsub.doctor";

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long each step may take; default: 10s.")
    private Duration timeout = Duration.ofSeconds(10);

    private EventType<String> probe = EventType.of("pubsub.doctor", String.class);
    private boolean failed;

    DoctorCommand(Main main) {
        super(main);
    }

    @Override
    void check() {
        try {
            probe = EventType.of(type, String.class);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec().commandLine(), "--type: " + e.getMessage(), e);
        }
    }

    @Override
    int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        EventTargetConfig config = EventTargetConfig.of(openedUrl());
        ok(
                "target",
                config.transport() + ": with "
                        + target.capabilities().stream()
                                .map(one -> one.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .sorted()
                                .collect(Collectors.joining(", ")));
        if (findsHosts(config) && findsServer(vertx, config)) {
            exchange(target);
        }
        out().println(failed ? "Something is wrong: see FAIL" : "All is well");
        return failed ? Main.FAILED : Main.OK;
    }

    private boolean findsHosts(EventTargetConfig config) {
        String hosts = config.string("host");
        if (config.transport().equals("memory")) {
            ok("host", "none: memory: is this process alone");
            return true;
        }
        boolean found = false;
        for (String host : (hosts == null ? "localhost" : hosts).split(",", -1)) {
            String name = host.replaceFirst(":\\d+$", "").replaceAll("[\\[\\]]", "");
            try {
                String addresses = Arrays.stream(InetAddress.getAllByName(name))
                        .map(InetAddress::getHostAddress)
                        .collect(Collectors.joining(", "));
                ok("host", name.equals(addresses) ? name : name + " is " + addresses);
                found = true;
            } catch (UnknownHostException e) {
                fail("host", name + " has no address", "correct the name in the URL, or the DNS of this machine");
            }
        }
        return found;
    }

    private boolean findsServer(Vertx vertx, EventTargetConfig config) throws InterruptedException {
        if (config.transport().equals("quic")) {
            node(config);
            return true;
        }
        ServerProbe server = ServerProbe.of(vertx, config);
        if (server == null) {
            return true;
        }
        try {
            ServerProbe.Findings findings = await(server.ask());
            ok("server", findings.server());
            for (String warning : findings.warnings()) {
                warn("server", warning);
            }
            clock(findings.aheadMillis());
            token(server);
            return true;
        } catch (TimeoutException e) {
            fail("server", "no answer within " + text(timeout), ServerProbe.UNREACHABLE);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) { // what a future of Vert.x' fails with is thrown as it is
            fail("server", Main.describe(e), server.advice(e));
        }
        return false;
    }

    /** Of nodes the handshake looks at everything: here is only who this one is. */
    private void node(EventTargetConfig config) {
        String file = config.string("identity");
        if (file == null) {
            skip("node", "another one each time, as no identity is given");
            return;
        }
        ok("node", NodeIdentity.load(Path.of(file)).nodeId() + ", by " + file);
    }

    private void clock(@Nullable Long aheadMillis) {
        if (aheadMillis == null) {
            skip("clock", "the server does not say what time it has");
        } else if (Math.abs(aheadMillis) > ServerProbe.CLOCK_MILLIS) {
            fail(
                    "clock",
                    String.format(
                            Locale.ROOT,
                            "the server's is %,d ms %s this one",
                            Math.abs(aheadMillis),
                            aheadMillis > 0 ? "ahead of" : "behind"),
                    "set both by NTP: tokens, and what begins at a time, go by the clock");
        } else {
            ok("clock", "the server's and this one are alike");
        }
    }

    private void token(ServerProbe server) {
        BearerToken token;
        try {
            token = server.token();
        } catch (EventTargetException e) {
            fail("token", Main.describe(e), "name a file with a token in the option tokenFile");
            return;
        }
        if (token == null) {
            skip("token", "none is given");
        } else if (token.isOver()) {
            fail("token", token.toString(), "get a new one from whoever issues them");
        } else {
            ok("token", token.toString());
        }
    }

    private void exchange(TypedEventTarget target) throws InterruptedException {
        String id = UUID.randomUUID().toString();
        Promise<Long> arrived = Promise.promise();
        long[] times = new long[1];
        long start = System.nanoTime();
        var subscription = target.addEventListener(probe, event -> {
            if (id.equals(event.detail())) {
                arrived.tryComplete(System.nanoTime());
            }
        });
        boolean goes = step(target, "subscribe", subscription.ready(), () -> type + " after " + since(start))
                && step(
                        target,
                        "publish",
                        publish(target, id, times),
                        () -> type + ", accepted after " + since(times[0]))
                && step(
                        target,
                        "receive",
                        arrived.future(),
                        () -> "after " + millis(arrived.future().result() - times[0]));
        if (goes) {
            TargetStatus status = target.status().await();
            Health health = status.health();
            if (health.isUp()) {
                ok("health", "up");
            } else {
                warn("health", health.state().name().toLowerCase(Locale.ROOT) + ": " + health.reason());
            }
        }
    }

    private Future<Void> publish(TypedEventTarget target, String id, long[] times) {
        return Future.future(accepted -> {
            times[0] = System.nanoTime();
            target.dispatchEvent(TypedEvent.of(probe, id)).onComplete(accepted);
        });
    }

    private boolean step(TypedEventTarget target, String name, Future<?> done, Supplier<String> success)
            throws InterruptedException {
        try {
            await(done);
            ok(name, success.get());
            return true;
        } catch (TimeoutException e) {
            Health health = target.status().await().health();
            fail(
                    name,
                    "not within " + text(timeout) + (health.isUp() ? "" : ": " + health.reason()),
                    name.equals("receive")
                            ? "look at the hub's or server's log; another process may take part in the same group"
                            : ServerProbe.UNREACHABLE);
        } catch (EventTargetException e) {
            fail(name, Main.describe(e), advice(name, e));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            fail(name, Main.describe(e), ServerProbe.UNREACHABLE);
        }
        return false;
    }

    private String advice(String name, EventTargetException e) {
        if (e.reason() == Reason.UNAUTHORIZED) {
            return "have the hub's rules or the server's ACL allow this peer to " + name.replace("receive", "subscribe")
                    + " " + type + ", or give a --type that they allow; or "
                    + (openedUrl().startsWith("quic:")
                            ? "have the hub's list name this node, or name the file with the right key in the option identity"
                            : "give another token, user or password");
        }
        return e.reason() == Reason.CONFIGURATION ? "correct the URL as the message says" : ServerProbe.UNREACHABLE;
    }

    private <T> T await(Future<T> future) throws TimeoutException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return future.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String since(long nanos) {
        return millis(System.nanoTime() - nanos);
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%,.1f ms", nanos / 1e6);
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    private void ok(String name, String text) {
        line("ok", name, text);
    }

    private void skip(String name, String text) {
        line("-", name, text);
    }

    private void warn(String name, String text) {
        line("warn", name, text);
    }

    private void fail(String name, String text, String advice) {
        failed = true;
        line("FAIL", name, text);
        line("", "", "-> " + advice);
    }

    private void line(String state, String name, String text) {
        out().println(String.format(Locale.ROOT, "%-4s  %-9s  %s", state, name, text)
                .stripTrailing());
        out().flush();
    }
}
