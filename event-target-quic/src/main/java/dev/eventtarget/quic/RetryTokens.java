package dev.eventtarget.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Has each client show that it gets what is sent to its address (RFC 9000, section 8.1.2), before anything is kept for it or
 * any signature is checked. A token is the connection id that the client has chosen behind a code that only this server
 * could make, and holds for some seconds. On one event loop.
 */
final class RetryTokens implements QuicTokenHandler {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int CODE_BYTES = 32;
    private static final long PERIOD = TimeUnit.SECONDS.toNanos(10);

    private final Mac mac;

    RetryTokens(byte[] key) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has " + ALGORITHM, e);
        }
    }

    /** {@return a secret of the servers of one address} */
    static byte[] newKey() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf connectionId, InetSocketAddress address) {
        out.writeBytes(code(period(), connectionId, address));
        out.writeBytes(connectionId, connectionId.readerIndex(), connectionId.readableBytes());
        return true;
    }

    @Override
    public int validateToken(ByteBuf token, InetSocketAddress address) {
        if (token.readableBytes() <= CODE_BYTES || token.readableBytes() > maxTokenLength()) {
            return -1;
        }
        byte[] code = ByteBufUtil.getBytes(token, token.readerIndex(), CODE_BYTES);
        ByteBuf connectionId = token.slice(token.readerIndex() + CODE_BYTES, token.readableBytes() - CODE_BYTES);
        long now = period();
        boolean known = MessageDigest.isEqual(code, code(now, connectionId, address))
                || MessageDigest.isEqual(code, code(now - 1, connectionId, address));
        return known ? CODE_BYTES : -1;
    }

    @Override
    public int maxTokenLength() {
        return CODE_BYTES + Quic.MAX_CONN_ID_LEN;
    }

    private static long period() {
        return Math.floorDiv(System.nanoTime(), PERIOD);
    }

    private byte[] code(long period, ByteBuf connectionId, InetSocketAddress address) {
        byte[] host = address.getAddress().getAddress();
        mac.update(ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES)
                .putLong(period)
                .putInt(address.getPort())
                .putInt(host.length)
                .flip());
        mac.update(host);
        return mac.doFinal(ByteBufUtil.getBytes(connectionId));
    }
}
