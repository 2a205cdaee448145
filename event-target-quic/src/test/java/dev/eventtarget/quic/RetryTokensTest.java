package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Tokens by which a client shows that it is where it says. */
class RetryTokensTest {
    private final byte[] key = RetryTokens.newKey();
    private final RetryTokens tokens = new RetryTokens(key);

    private static InetSocketAddress at(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private ByteBuf token(byte[] connectionId, InetSocketAddress address) {
        ByteBuf token = Unpooled.buffer(tokens.maxTokenLength(), tokens.maxTokenLength());
        assertTrue(tokens.writeToken(token, Unpooled.wrappedBuffer(connectionId), address));
        return token;
    }

    @Property
    void aTokenHoldsForItsAddressAlone(
            @ForAll @Size(min = 1, max = 20) byte[] connectionId, @ForAll @IntRange(min = 1, max = 65_535) int port) {
        ByteBuf token = token(connectionId, at("192.0.2.1", port));
        int begin = tokens.validateToken(token, at("192.0.2.1", port));
        assertArrayEquals(connectionId, ByteBufUtil.getBytes(token, begin, token.readableBytes() - begin));
        assertEquals(begin, new RetryTokens(key).validateToken(token, at("192.0.2.1", port)));
        assertEquals(-1, tokens.validateToken(token, at("192.0.2.2", port)));
        assertEquals(-1, tokens.validateToken(token, at("2001:db8::1", port)));
        assertEquals(-1, tokens.validateToken(token, at("192.0.2.1", port % 65_535 + 1)));
        assertEquals(-1, new RetryTokens(RetryTokens.newKey()).validateToken(token, at("192.0.2.1", port)));
    }

    @Property
    void aTokenThatWasChangedDoesNotHold(
            @ForAll @Size(min = 1, max = 20) byte[] connectionId,
            @ForAll @IntRange(min = 0, max = 51) int index,
            @ForAll @IntRange(min = 1, max = 255) int change) {
        InetSocketAddress address = at("2001:db8::7", 443);
        ByteBuf token = token(connectionId, address);
        int at = index % token.readableBytes();
        token.setByte(at, token.getByte(at) ^ change);
        assertEquals(-1, tokens.validateToken(token, address));
    }

    @Property
    void noiseIsNoToken(@ForAll byte[] noise) {
        assertEquals(-1, tokens.validateToken(Unpooled.wrappedBuffer(noise), at("192.0.2.1", 1)));
    }
}
