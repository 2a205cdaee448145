package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs that tests run and that a machine need not have. Where one is missing its tests are skipped, or fail if {@value
 * #REQUIRED} is set.
 */
final class Programs {
    static final String REQUIRED = "EVENTTARGET_REQUIRE_BROWSER";

    /** The first with all that the client needs; its WebSocket is switched on by a flag. */
    private static final int NODE_WITH_FLAG = 20;

    private static final int NODE_WITHOUT_FLAG = 22;

    /** How a program has ended. */
    record Outcome(int status, String out, String errors) {
        String output() {
            return out + errors;
        }
    }

    private Programs() {}

    /** The command of Node.js, with a global WebSocket. */
    static List<String> node() throws Exception {
        String node = find("node", "nodejs");
        Outcome outcome = run(Path.of("."), Map.of(), Duration.ofMinutes(3), List.of(node, "--version"));
        Matcher matcher = Pattern.compile("v(\\d+)\\.").matcher(outcome.out());
        int version = matcher.find() ? Integer.parseInt(matcher.group(1)) : fail(outcome.output());
        if (version < NODE_WITH_FLAG) {
            missing(node + " is version " + version + ", and the client needs " + NODE_WITH_FLAG + " or later");
        }
        return version < NODE_WITHOUT_FLAG ? List.of(node, "--experimental-websocket") : List.of(node);
    }

    static String npm() {
        return find("npm");
    }

    static String chromium() {
        return find("chromium", "chromium-browser", "google-chrome", "chrome");
    }

    private static String find(String... names) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of(names)
                .flatMap(name -> Stream.of(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseGet(() -> missing("There is no " + names[0] + " on the PATH"));
    }

    private static String missing(String what) {
        if (Boolean.parseBoolean(System.getenv(REQUIRED))) {
            fail(what + ", and " + REQUIRED + " is set");
        }
        Assumptions.abort(what);
        return what;
    }

    static Outcome run(Path folder, Map<String, String> environment, Duration most, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(process.inputReader()));
        CompletableFuture<String> errors = CompletableFuture.supplyAsync(() -> read(process.errorReader()));
        if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            fail(command + " has not ended after " + most + "\n" + out.join() + errors.join());
        }
        return new Outcome(process.exitValue(), out.join(), errors.join());
    }

    private static String read(Reader reader) {
        try (reader) {
            StringWriter text = new StringWriter();
            reader.transferTo(text);
            return text.toString();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
