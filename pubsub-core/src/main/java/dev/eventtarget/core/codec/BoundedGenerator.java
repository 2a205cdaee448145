package dev.eventtarget.core.codec;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.JsonGenerationException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Refuses what the reader of the other side would refuse: Jackson itself bounds only the nesting of what it writes. */
final class BoundedGenerator extends JsonGeneratorDelegate {
    // a decimal digit takes 3.32 bits: below the first a number surely fits, above the second it surely doesn't
    private static final int SHORT_NUMBER_BITS = 3 * (Bounds.NUMBER_CHARS - 32);
    private static final int LONG_NUMBER_BITS = 4 * Bounds.NUMBER_CHARS;

    private final boolean text;

    BoundedGenerator(JsonGenerator generator) {
        super(generator, false);
        this.text = !generator.canWriteBinaryNatively();
    }

    @Override
    public void writeFieldName(String name) throws IOException {
        checkName(name);
        delegate.writeFieldName(name);
    }

    @Override
    public void writeFieldName(SerializableString name) throws IOException {
        checkName(name.getValue());
        delegate.writeFieldName(name);
    }

    @Override
    public void writeString(@Nullable String value) throws IOException {
        checkString(value == null ? 0 : value.length());
        delegate.writeString(value);
    }

    @Override
    public void writeString(char[] value, int offset, int length) throws IOException {
        checkString(length);
        delegate.writeString(value, offset, length);
    }

    @Override
    public void writeString(SerializableString value) throws IOException {
        checkString(value.charLength());
        delegate.writeString(value);
    }

    @Override
    public void writeArray(@Nullable String[] array, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            String value = array[i];
            checkString(value == null ? 0 : value.length());
        }
        delegate.writeArray(array, offset, length);
    }

    @Override
    public void writeBinary(Base64Variant variant, byte[] data, int offset, int length) throws IOException {
        if (text) {
            checkString((length + 2L) / 3 * 4);
        }
        delegate.writeBinary(variant, data, offset, length);
    }

    @Override
    public void writeNumber(double value) throws IOException {
        checkFinite(value);
        delegate.writeNumber(value);
    }

    @Override
    public void writeNumber(float value) throws IOException {
        checkFinite(value);
        delegate.writeNumber(value);
    }

    @Override
    public void writeArray(double[] array, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            checkFinite(array[i]);
        }
        delegate.writeArray(array, offset, length);
    }

    @Override
    public void writeNumber(@Nullable BigInteger value) throws IOException {
        if (value != null) {
            checkNumber(value, value);
        }
        delegate.writeNumber(value);
    }

    @Override
    public void writeNumber(@Nullable BigDecimal value) throws IOException {
        if (value != null) {
            checkNumber(value, value.unscaledValue());
        }
        delegate.writeNumber(value);
    }

    private static void checkName(String name) throws IOException {
        if (name.length() > Bounds.NAME_BYTES / 3 && name.getBytes(StandardCharsets.UTF_8).length > Bounds.NAME_BYTES) {
            throw new StreamConstraintsException(
                    "a name in an object is longer than the " + Bounds.NAME_BYTES + " bytes allowed");
        }
    }

    private static void checkString(long length) throws IOException {
        if (length > Bounds.STRING_CHARS) {
            throw new StreamConstraintsException(
                    "a text of " + length + " characters is longer than the " + Bounds.STRING_CHARS + " allowed");
        }
    }

    private static void checkNumber(Number value, BigInteger digits) throws IOException {
        int bits = digits.bitLength();
        if (bits > SHORT_NUMBER_BITS
                && (bits > LONG_NUMBER_BITS || value.toString().length() > Bounds.NUMBER_CHARS)) {
            throw new StreamConstraintsException(
                    "a number is longer than the " + Bounds.NUMBER_CHARS + " characters allowed");
        }
    }

    private void checkFinite(double value) throws IOException {
        if (text && !Double.isFinite(value)) {
            throw new JsonGenerationException("JSON has no number " + value, this);
        }
    }
}
