package dev.eventtarget.core.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Goes through JSON as most of it is, without making anything of what it passes over. What it takes, Jackson's parser takes
 * as well, and sees there what the scanner sees. What it does not take may be valid all the same: only a parser can tell.
 * After that it is of no more use.
 */
final class JsonScanner {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private static final int END = -1;
    private static final int LEVELS = 64;
    private static final int MOST_DIGITS = 18;
    private static final int MOST_NUMBERS = 32;
    private static final int MOST_TEXT = 1024;
    private static final long[] NONE = {};

    private final byte[] bytes;
    private int at;

    JsonScanner(byte[] bytes) {
        this.bytes = bytes;
    }

    /** {@return where it is} */
    int at() {
        return at;
    }

    /** Takes a character, with the white space before it, if that is what comes next. */
    boolean take(char expected) {
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    /** Takes the same bytes once more as stand elsewhere. */
    boolean takeAgain(int from, int to) {
        int end = at + to - from;
        if (end > bytes.length || !Arrays.equals(bytes, at, end, bytes, from, to)) {
            return false;
        }
        at = end;
        return true;
    }

    /** {@return whether nothing but white space follows} */
    boolean isAtEnd() {
        return peek() == END && at == bytes.length;
    }

    /**
     * Takes an attribute's name and the colon.
     *
     * @return the name as {@link #packed} gives it; 0 if it is another one than up to eight lower-case letters
     */
    long name() {
        if (!take('"')) {
            return 0;
        }
        long name = 0;
        for (int first = at, next = next(); next != '"'; next = next()) {
            if (next < 'a' || next > 'z' || at - first > Long.BYTES) {
                return 0;
            }
            name = name << Byte.SIZE | next;
        }
        return take(':') ? name : 0;
    }

    /** {@return a name of up to eight lower-case letters, one in each byte} */
    static long packed(String name) {
        long packed = 0;
        for (int i = 0; i < name.length(); i++) {
            packed = packed << Byte.SIZE | name.charAt(i);
        }
        return packed;
    }

    /** {@return a text of ASCII without escapes, taken; null if there is another value} */
    @Nullable String text() {
        if (!take('"')) {
            return null;
        }
        int start = at;
        skipPlain();
        int length = at - start;
        return next() == '"' && length <= MOST_TEXT
                ? new String(bytes, start, length, StandardCharsets.ISO_8859_1)
                : null;
    }

    private long number() {
        peek();
        int start = at;
        long number = 0;
        while (at < bytes.length && isDigit(bytes[at]) && at - start <= MOST_DIGITS) {
            number = 10 * number + bytes[at++] - '0';
        }
        int digits = at - start;
        return digits == 0 || digits > MOST_DIGITS || digits > 1 && bytes[start] == '0' ? -1 : number;
    }

    /** {@return whole numbers, one or an array of some, taken; none if there is anything else, or many} */
    long[] numbers() {
        if (!take('[')) {
            long number = number();
            return number < 0 ? NONE : new long[] {number};
        }
        long[] numbers = NONE;
        do {
            long number = number();
            if (number < 0 || numbers.length == MOST_NUMBERS) {
                return NONE;
            }
            numbers = Arrays.copyOf(numbers, numbers.length + 1);
            numbers[numbers.length - 1] = number;
        } while (take(','));
        return take(']') ? numbers : NONE;
    }

    /** {@return the first byte of a value that was taken; -1 if there is none, or it must be looked at} */
    int skipValue() {
        peek();
        int start = at;
        return skipValue(LEVELS) ? start : -1;
    }

    private boolean skipValue(int levels) {
        int first = peek();
        at++;
        return switch (first) {
            case '"' -> skipText();
            case '{' -> levels > 0 && skipMembers(levels - 1);
            case '[' -> levels > 0 && skipElements(levels - 1);
            case 't' -> skip('r') && skip('u') && skip('e');
            case 'f' -> skip('a') && skip('l') && skip('s') && skip('e');
            case 'n' -> skip('u') && skip('l') && skip('l');
            default -> skipNumber(first);
        };
    }

    private boolean skipMembers(int levels) {
        if (take('}')) {
            return true;
        }
        do {
            if (!take('"') || !skipName() || !take(':') || !skipValue(levels)) {
                return false;
            }
        } while (take(','));
        return take('}');
    }

    private boolean skipElements(int levels) {
        if (take(']')) {
            return true;
        }
        do {
            if (!skipValue(levels)) {
                return false;
            }
        } while (take(','));
        return take(']');
    }

    /** From behind the opening quote to behind the closing one. */
    private boolean skipText() {
        int start = at;
        skipPlain();
        while (!skip('"')) {
            if (skip('\\') ? !skipEscaped() : !skipWide()) {
                return false;
            }
            skipPlain();
        }
        return at - 1 - start <= Bounds.STRING_CHARS;
    }

    /** The same of a name, where a parser is particular about all that is not plain. */
    private boolean skipName() {
        int start = at;
        skipPlain();
        return at - start <= Bounds.NAME_BYTES && skip('"');
    }

    private boolean skipEscaped() {
        return switch (next()) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> true;
            case 'u' -> skipHex(4);
            default -> false;
        };
    }

    private boolean skipHex(int digits) {
        for (int i = 0; i < digits; i++) {
            if (Character.digit(next(), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Characters that are not ASCII, at least one, in UTF-8 as RFC 3629 has it. */
    private boolean skipWide() {
        do {
            int first = next() & 0xFF;
            if (first < 0xC2 || first > 0xF4) {
                return false;
            }
            int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
            int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
            if (!skipByte(least, most)
                    || first >= 0xE0 && !skipByte(0x80, 0xBF)
                    || first >= 0xF0 && !skipByte(0x80, 0xBF)) {
                return false;
            }
        } while (at < bytes.length && bytes[at] < 0);
        return true;
    }

    private boolean skipByte(int least, int most) {
        int next = next() & 0xFF;
        return next >= least && next <= most;
    }

    /** To a quote, a backslash, a control character, one that is not ASCII, or the end. */
    private void skipPlain() {
        int next = at;
        while (next <= bytes.length - Long.BYTES) {
            long eight = (long) LONGS.get(bytes, next);
            long special =
                    (zeros(eight ^ '"' * ONES) | zeros(eight ^ '\\' * ONES) | eight - ' ' * ONES | eight) & HIGH_BITS;
            if (special != 0) {
                at = next + Long.numberOfTrailingZeros(special) / Byte.SIZE;
                return;
            }
            next += Long.BYTES;
        }
        while (next < bytes.length && bytes[next] >= ' ' && bytes[next] != '"' && bytes[next] != '\\') {
            next++;
        }
        at = next;
    }

    /** Has the high bit of the lowest byte that is 0, and of none below it. */
    private static long zeros(long eight) {
        return eight - ONES & ~eight;
    }

    private boolean skipNumber(int first) {
        int start = at - 1;
        int digit = first == '-' ? next() : first;
        if (!isDigit(digit)) {
            return false;
        }
        if (digit != '0') {
            skipDigits();
        }
        if (skip('.') && !skipDigits()) {
            return false;
        }
        if (skip('e') || skip('E')) {
            if (!skip('+')) {
                skip('-');
            }
            if (!skipDigits()) {
                return false;
            }
        }
        return at - start <= Bounds.NUMBER_CHARS;
    }

    private boolean skipDigits() {
        int start = at;
        while (at < bytes.length && isDigit(bytes[at])) {
            at++;
        }
        return at > start;
    }

    private boolean skip(char expected) {
        if (at >= bytes.length || bytes[at] != expected) {
            return false;
        }
        at++;
        return true;
    }

    private int next() {
        return at < bytes.length ? bytes[at++] : END;
    }

    /** {@return the next byte that is no white space} */
    private int peek() {
        while (at < bytes.length) {
            byte next = bytes[at];
            if (next > ' ' || next != ' ' && next != '\t' && next != '\n' && next != '\r') {
                return next;
            }
            at++;
        }
        return END;
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }
}
