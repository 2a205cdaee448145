package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy that the other tests trust treats datagrams as it is told to. */
@Timeout(300)
class UdpProxyTest {
    private static final int MANY = 200;
    private static final int SMALL = 8;
    private static final int LARGE = 1000;
    private static final int PATIENCE_MILLIS = 60_000;

    private DatagramSocket hub;
    private DatagramSocket spoke;
    private UdpProxy proxy;

    @BeforeEach
    void open() throws Exception {
        hub = socket();
        spoke = socket();
        proxy = UdpProxy.start(hub.getLocalPort(), 1);
    }

    @AfterEach
    void close() throws Exception {
        proxy.close();
        hub.close();
        spoke.close();
    }

    private static DatagramSocket socket() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private void send(int number) throws IOException {
        send(spoke, number, proxy.port(), LARGE);
    }

    private static void send(DatagramSocket from, int number, int port, int length) throws IOException {
        byte[] bytes = ByteBuffer.allocate(length).putInt(number).array();
        from.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
    }

    private static DatagramPacket receive(DatagramSocket at) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        at.receive(packet);
        return packet;
    }

    private static int number(DatagramPacket packet) {
        return ByteBuffer.wrap(packet.getData()).getInt();
    }

    /** Sends as many as a socket holds, each when the proxy has the one before, and gives those that come. */
    private List<Integer> sendMany(Conditions conditions) throws IOException {
        proxy.conditions(conditions);
        for (int i = 0; i < MANY; i++) {
            send(spoke, i, proxy.port(), SMALL);
            int sent = i + 1;
            await(() -> proxy.arrived() == sent);
        }
        await(() -> proxy.delivered() + proxy.lost() == MANY + proxy.duplicated());
        List<Integer> heard = new ArrayList<>();
        while (heard.size() < proxy.delivered()) {
            heard.add(number(receive(hub)));
        }
        return heard;
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "It has not come to that in time");
            Thread.yield();
        }
    }

    @Test
    void deliversBothWays() throws Exception {
        send(1);
        DatagramPacket received = receive(hub);
        assertEquals(1, number(received));
        send(hub, 2, received.getPort(), LARGE);
        assertEquals(2, number(receive(spoke)));
        assertEquals(List.of(0L, 0L), List.of(proxy.lost(), proxy.duplicated()));
    }

    @Test
    void keepsTheOrderWhereNothingHappens() throws Exception {
        assertEquals(IntStream.range(0, MANY).boxed().toList(), sendMany(Conditions.PERFECT));
    }

    @Test
    void theSameSeedLosesAndDoublesTheSame() throws Exception {
        Conditions bad = Conditions.PERFECT.loss(0.2).duplication(0.1);
        List<Integer> heard = sendMany(bad);
        assertTrue(proxy.lost() > MANY / 10 && proxy.lost() < MANY / 3, () -> proxy.lost() + " lost");
        assertTrue(proxy.duplicated() > MANY / 50, () -> proxy.duplicated() + " came twice");
        assertEquals(MANY - proxy.lost(), new HashSet<>(heard).size());
        proxy.close();
        proxy = UdpProxy.start(hub.getLocalPort(), 1);
        assertEquals(heard, sendMany(bad));
        proxy.close();
        proxy = UdpProxy.start(hub.getLocalPort(), 2);
        assertNotEquals(heard, sendMany(bad));
    }

    @Test
    void jitterLetsThemOvertakeEachOther() throws Exception {
        List<Integer> heard = sendMany(Conditions.PERFECT.jitter(Duration.ofMillis(20)));
        assertEquals(MANY, heard.size());
        assertNotEquals(heard.stream().sorted().toList(), heard);
        assertTrue(proxy.overtaken() > 0);
    }

    @Test
    void delayIsTheLeast() throws Exception {
        proxy.conditions(Conditions.PERFECT.delay(Duration.ofMillis(200)));
        long before = System.nanoTime();
        send(1);
        receive(hub);
        assertTrue(System.nanoTime() - before >= 200_000_000);
    }

    @Test
    void whatIsMoreThanTheLineHoldsWaitsOrIsLost() throws Exception {
        proxy.conditions(Conditions.PERFECT.bandwidth(20_000, 5_000));
        long before = System.nanoTime();
        // so many that they are too many even if they are not sent at once
        int count = 60;
        for (int i = 0; i < count; i++) {
            send(i);
        }
        for (int i = 0; i < 5; i++) {
            assertEquals(i, number(receive(hub)));
        }
        assertTrue(System.nanoTime() - before >= 200_000_000, "five thousand bytes in less than their time");
        await(() -> proxy.arrived() == count);
        assertTrue(proxy.lost() > 0);
    }

    @Test
    void theHubSeesAnotherPortAfterRebinding() throws Exception {
        send(1);
        DatagramPacket before = receive(hub);
        proxy.rebind();
        send(hub, 2, before.getPort(), LARGE);
        send(3);
        DatagramPacket packet = receive(hub);
        assertNotEquals(before.getPort(), packet.getPort());
        send(hub, 4, packet.getPort(), LARGE);
        assertEquals(4, number(receive(spoke)), "what was sent to the port before is gone");
    }

    @Test
    void swallowsUntilItDelivers() throws Exception {
        send(1);
        receive(hub);
        proxy.swallow();
        send(2);
        await(() -> proxy.lost() == 1);
        proxy.deliver();
        send(3);
        assertEquals(3, number(receive(hub)));
    }

    @Test
    void whatIsCutStaysCutAndOthersGoOn() throws Exception {
        send(1);
        receive(hub);
        proxy.cut();
        send(2);
        await(() -> proxy.lost() == 1);
        try (DatagramSocket another = socket()) {
            send(another, 3, proxy.port(), LARGE);
            assertEquals(3, number(receive(hub)));
        }
        assertEquals(2, proxy.connections());
    }

    @Test
    void newConnectionsGoToAnotherHub() throws Exception {
        send(1);
        receive(hub);
        try (DatagramSocket otherHub = socket();
                DatagramSocket otherSpoke = socket()) {
            proxy.moveTo(otherHub.getLocalPort());
            send(2);
            send(otherSpoke, 3, proxy.port(), LARGE);
            assertEquals(3, number(receive(otherHub)));
        }
    }

    @Test
    void aTamperersDatagramsGoOn() throws Exception {
        proxy.tamperer((way, datagram) -> List.of(new byte[] {1, 2, 3}, datagram));
        send(7);
        DatagramPacket first = receive(hub);
        assertArrayEquals(new byte[] {1, 2, 3}, Arrays.copyOf(first.getData(), first.getLength()));
        assertEquals(7, number(receive(hub)));
    }
}
