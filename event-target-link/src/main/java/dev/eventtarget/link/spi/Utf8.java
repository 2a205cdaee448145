package dev.eventtarget.link.spi;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Checks the text that comes over a link. */
public final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /**
     * Whether bytes are UTF-8. JSON readers let some pass that is none, and browsers close the connection if it is sent on
     * to them.
     *
     * @param bytes the bytes
     * @return whether they are
     */
    public static boolean isValid(byte[] bytes) {
        int ascii = 0;
        while (ascii <= bytes.length - Long.BYTES && ((long) LONGS.get(bytes, ascii) & NOT_ASCII) == 0) {
            ascii += Long.BYTES;
        }
        return ascii == bytes.length
                || ByteBufUtil.isText(
                        Unpooled.wrappedBuffer(bytes), ascii, bytes.length - ascii, StandardCharsets.UTF_8);
    }
}
