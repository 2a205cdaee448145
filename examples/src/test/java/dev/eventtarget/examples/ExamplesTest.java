package dev.eventtarget.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every example runs to its end, as a program of its own, and prints what it says. */
@Execution(ExecutionMode.CONCURRENT)
class ExamplesTest {
    @Test
    void sixLines() {
        assertEquals(List.of("Order[id=42, quantity=3]"), run(SixLines.class));
    }

    @Test
    void typedListeners() {
        assertEquals(
                List.of(
                        "placed: 1",
                        "any: order.placed",
                        "placed: 3",
                        "order 42: Order[id=42, quantity=3]",
                        "any: order.placed:42",
                        "imported: 2",
                        "any: order.imported"),
                run(TypedListeners.class));
    }

    @Test
    void observed() {
        assertEquals(
                List.of("Order[id=42, quantity=3]", "published: 1.0", "order.placed: 0 events wait"),
                run(Observed.class));
    }

    @Test
    void orderVerticle() {
        assertEquals(
                List.of(
                        "accepted: Order[id=small-1, quantity=4]",
                        "accepted: Order[id=small-2, quantity=4]",
                        "accepted: Order[id=small-3, quantity=4]",
                        "accepted: Order[id=small-4, quantity=4]",
                        "accepted: Order[id=small-5, quantity=4]",
                        "rejected: Order[id=large, quantity=100] after 3 attempts: "
                                + "Order large is for more than there is"),
                run(OrderVerticle.class).stream().sorted().toList());
    }

    @Test
    void swapTransportByUri() {
        assertEquals(
                List.of("Order[id=after-1, quantity=2]", "Order[id=after-2, quantity=3]"),
                run(SwapTransport.class, "memory:"));
    }

    @Test
    void swapTransportByJson() {
        assertEquals(
                List.of(
                        "Order[id=before, quantity=1]",
                        "Order[id=after-1, quantity=2]",
                        "Order[id=after-2, quantity=3]"),
                run(SwapTransport.class, "{\"transport\": \"memory\", \"history\": 1000, \"codec\": \"json\"}"));
    }

    @Test
    void swapTransportByEnvironment() {
        JavaProcess process = JavaProcess.run(SwapTransport.class, Map.of("EVENT_TARGET_URL", "memory:?codec=cbor"));

        assertEquals(0, process.exitCode(), process.errors());
        assertEquals(List.of("Order[id=after-1, quantity=2]", "Order[id=after-2, quantity=3]"), process.output());
    }

    @Test
    void swapTransportSaysWhatToDoWithoutConfiguration() {
        JavaProcess process = JavaProcess.run(SwapTransport.class, Map.of());

        assertNotEquals(0, process.exitCode());
        assertTrue(process.errors().contains("EVENT_TARGET_URL"), process.errors());
    }

    @Test
    void links() {
        assertEquals(
                IntStream.rangeClosed(1, 5)
                        .mapToObj(i -> "accepted: Order[id=order-" + i + ", quantity=4]")
                        .toList(),
                run(Links.class).stream().sorted().toList());
    }

    @Test
    @EnabledIf(
            value = "io.netty.handler.codec.quic.Quic#isAvailable",
            disabledReason = "netty-codec-native-quic has no library for this platform on the class path")
    void nodes(@TempDir Path directory) {
        List<String> said = List.of("Order[id=42, quantity=3] from this node");
        assertEquals(said, run(Nodes.class, directory.toString()));
        assertEquals(said, run(Nodes.class, directory.toString()));
    }

    @Test
    void mountedHub() {
        assertEquals(List.of("no orders yet", "Order[id=42, quantity=3]"), run(MountedHub.class));
    }

    @Test
    void streams(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("orders.txt");

        run(Streams.class, file.toString());

        List<String> lines = Files.readAllLines(file);
        assertEquals(50, lines.size());
        List<String> ids = lines.stream()
                .flatMap(line -> List.of(line.split(" ")).stream())
                .toList();
        for (int i = 0; i < ids.size(); i++) {
            assertEquals("order-" + (2 * i + 1), ids.get(i));
        }
    }

    private static List<String> run(Class<?> main, String... args) {
        JavaProcess process = JavaProcess.run(main, Map.of(), args);
        assertEquals(0, process.exitCode(), process.errors());
        return process.output();
    }
}
