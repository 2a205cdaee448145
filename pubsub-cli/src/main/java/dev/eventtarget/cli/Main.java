package dev.eventtarget.cli;

import dev.eventtarget.EventTargetException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code pubsub} command: publishes events, listens to them, tries out a target with both at
 * once, is a hub for other processes, measures, looks for what is wrong, and publishes dead letters anew. */
@Command(
        name = "pubsub",
        description = "Publishes and listens to typed events, over any event target.",
        synopsisSubcommandLabel = "COMMAND",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all went well",
            "1:bad input, a failed check, or an event that could not be published or delivered",
            "2:wrong usage or configuration",
            "130:interrupted (143 by SIGTERM); 'hub', 'top', and 'sub' without --count, then exit with 0"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pubsub hub",
            "  pubsub sub --url ws://127.0.0.1:8080/events 'order.>'",
            "  pubsub pub --url ws://127.0.0.1:8080/events order.placed '{\"id\":\"42\"}'"
        })
public final class Main implements Callable<Integer> {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int INTERRUPTED = 130;

    private final InputStream in;
    private final boolean terminal;
    private final Supplier<Vertx> makeVertx;

    /** What an interrupted command gets to deliver what is on its way: longer than a target's closeTimeout. */
    private volatile Duration grace = Duration.ofSeconds(40);

    private @Nullable Vertx vertx;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /**
     * Makes the command's root.
     *
     * @param in the standard input; where its reads can be interrupted, so can the commands
     * @param terminal whether somebody watches who wants a progress bar
     * @param makeVertx is called once, by the first command that needs it
     */
    Main(InputStream in, boolean terminal, Supplier<Vertx> makeVertx) {
        this.in = in;
        this.terminal = terminal;
        this.makeVertx = makeVertx;
    }

    /**
     * Runs the command and exits the JVM with its exit code.
     *
     * @param args the command's arguments
     */
    public static void main(String[] args) {
        // UTF-8 whatever the locale, as JSON is; and a channel, as its reads end when their thread is interrupted
        PrintWriter out = writer(FileDescriptor.out, false);
        PrintWriter err = writer(FileDescriptor.err, true);
        InputStream in = Channels.newInputStream(new FileInputStream(FileDescriptor.in).getChannel());
        Main main = new Main(in, Ansi.AUTO.enabled(), Main::newVertx);
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        main.interruptOnSignal(Thread.currentThread(), exit);
        int code = FAILED;
        try {
            code = main.commandLine().setOut(out).setErr(err).execute(args);
            main.close();
        } finally {
            out.flush();
            exit.complete(code);
        }
        System.exit(code);
    }

    private static PrintWriter writer(FileDescriptor descriptor, boolean autoFlush) {
        return new PrintWriter(
                new BufferedWriter(
                        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), 1 << 16),
                autoFlush);
    }

    private void interruptOnSignal(Thread command, CompletableFuture<Integer> exit) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (!exit.isDone()) {
                                command.interrupt();
                                try {
                                    if (exit.get(grace.toMillis(), TimeUnit.MILLISECONDS) == OK) {
                                        Runtime.getRuntime().halt(OK);
                                    }
                                } catch (InterruptedException | ExecutionException | TimeoutException e) {
                                    // the JVM goes on to exit with the signal's own code
                                }
                            }
                        },
                        "pubsub-signal"));
    }

    private static Vertx newVertx() {
        return Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    /** {@return the command with its subcommands, ready to execute once} */
    CommandLine commandLine() {
        return new CommandLine(this)
                .addSubcommand(new PubCommand(this))
                .addSubcommand(new SubCommand(this))
                .addSubcommand(new RunCommand(this))
                .addSubcommand(new HubCommand(this))
                .addSubcommand(new TopCommand(this))
                .addSubcommand(new DoctorCommand(this))
                .addSubcommand(new BenchCommand(this))
                .addSubcommand(new SoakCommand(this))
                .addSubcommand(new CommandLine(new DlqCommand())
                        .addSubcommand(new DlqListCommand(this))
                        .addSubcommand(new DlqReplayCommand(this)))
                .addSubcommand(new CommandLine(new IdentityCommand())
                        .addSubcommand(new IdentityShowCommand())
                        .addSubcommand(new IdentityNewCommand()))
                .addSubcommand(new CompletionCommand())
                .setParameterExceptionHandler((e, args) -> {
                    CommandLine command = e.getCommandLine();
                    command.getErr()
                            .println(withoutSecrets(oneLine(e.getMessage())) + " (see "
                                    + command.getCommandSpec().qualifiedName() + " --help)");
                    return USAGE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (command.getCommand() instanceof TargetCommand failed && failed.isVerbose()) {
                        e.printStackTrace(command.getErr());
                    } else if (e instanceof FaultyFileException faulty) {
                        faulty.mistakes().forEach(command.getErr()::println);
                    } else {
                        command.getErr().println(describe(e));
                    }
                    return exitCode(e);
                });
    }

    private static int exitCode(Throwable e) {
        if (e instanceof InterruptedException) {
            return INTERRUPTED;
        }
        return e instanceof EventTargetException known
                        && (known.reason() == EventTargetException.Reason.CONFIGURATION
                                || known.reason() == EventTargetException.Reason.UNSUPPORTED_CAPABILITY)
                ? USAGE
                : FAILED;
    }

    /** {@return the error for one line of output} */
    static String describe(Throwable e) {
        String message = e instanceof InterruptedException ? "interrupted" : e.getMessage();
        return oneLine(
                e instanceof EventTargetException && message != null
                        ? message
                        : e.getClass().getSimpleName() + (message == null ? "" : ": " + message));
    }

    /** A URL that stands where it does not belong is told as an argument that is wrong. */
    private static String withoutSecrets(String message) {
        return message.replaceAll("//\\S*@", "//…@")
                .replaceAll("((?i:password|token|secret|key)[^=&\\s]*=)[^&\\s']*", "$1…");
    }

    private static String oneLine(@Nullable String text) {
        return text == null ? "" : text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    /** {@return the standard input} */
    InputStream in() {
        return in;
    }

    /** {@return whether to show progress} */
    boolean isTerminal() {
        return terminal;
    }

    /** Gives an interrupted command so much time to end. */
    void grace(Duration time) {
        grace = time;
    }

    /** {@return what runs the targets; the same for all commands} */
    Vertx vertx() {
        if (vertx == null) {
            vertx = makeVertx.get();
        }
        return vertx;
    }

    private void close() {
        if (vertx != null) {
            // join, as a late signal must not cut this short
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "Which command? There are "
                        + String.join(", ", spec.subcommands().keySet()));
    }

    /** The version that the build gave the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"pubsub " + (version == null ? "(development)" : version)};
        }
    }
}
