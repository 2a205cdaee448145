package dev.eventtarget.websocket;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The client side of a WebSocket, byte by byte: does what no library would. */
final class RawWebSocket implements Closeable {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** A frame that came. */
    record Frame(int opcode, boolean last, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            return (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        }

        String closeText() {
            return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final int status;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** Sends a handshake, with more lines of headers, and reads the head of the answer. */
    RawWebSocket(int port, String path, String... more) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port), path, more);
    }

    private RawWebSocket(Socket socket, String path, String... more) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(60_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        out.write(handshake(path, more).getBytes(StandardCharsets.UTF_8));
        String line = readLine();
        status = Integer.parseInt(line.split(" ")[1]);
        while (!(line = readLine()).isEmpty()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
    }

    /** One that holds little of what is not read. */
    static RawWebSocket withSmallBuffer(int port, String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new RawWebSocket(socket, path);
    }

    static String handshake(String path, String... more) {
        StringBuilder text =
                new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: hub.example\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        if (Arrays.stream(more).noneMatch(line -> line.startsWith("Sec-WebSocket-Version:"))) {
            text.append("Sec-WebSocket-Version: 13\r\n");
        }
        for (String line : more) {
            text.append(line).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        int read;
        while ((read = in.readUnsignedByte()) != '\n') {
            line.append((char) read);
        }
        return line.toString().strip();
    }

    int status() {
        return status;
    }

    String header(String name) {
        return headers.get(name);
    }

    /** The body of an answer that is no upgrade. */
    String body() throws IOException {
        return new String(in.readNBytes(Integer.parseInt(headers.get("Content-Length"))), StandardCharsets.UTF_8);
    }

    void send(int opcode, boolean last, byte[] payload) throws IOException {
        out.write(frame(opcode, last, payload));
    }

    void text(String text) throws IOException {
        send(TEXT, true, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes as they are. */
    void raw(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    static byte[] frame(int opcode, boolean last, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write((last ? 0x80 : 0) | opcode);
        length(frame, payload.length, 0x80);
        byte[] mask = {1, 2, 3, 4};
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ mask[i & 3]);
        }
        return frame.toByteArray();
    }

    private static void length(ByteArrayOutputStream frame, long length, int masked) {
        if (length < 126) {
            frame.write(masked | (int) length);
        } else if (length < 65_536) {
            frame.write(masked | 126);
            frame.write((int) length >> 8);
            frame.write((int) length);
        } else {
            frame.write(masked | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) (length >> shift));
            }
        }
    }

    /** Only the head of a frame, which claims a length. */
    static byte[] head(int opcode, long length) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.write(0x80 | opcode);
        length(head, length, 0x80);
        head.writeBytes(new byte[4]);
        return head.toByteArray();
    }

    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        long length = second & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        return new Frame(first & 0xF, (first & 0x80) != 0, in.readNBytes(Math.toIntExact(length)));
    }

    /** Whether the connection ends with nothing more said. */
    boolean ends() throws IOException {
        return in.read() < 0;
    }

    /** Breaks the connection off, with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
