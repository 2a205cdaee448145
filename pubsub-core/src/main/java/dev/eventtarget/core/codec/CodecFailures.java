package dev.eventtarget.core.codec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.core.exc.StreamWriteException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.eventtarget.CodecException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says what went wrong and where, and nothing of what stood there: messages end up in logs, and details may hold secrets.
 * Jackson's exceptions quote the input, so none becomes a cause; those of the application's own classes do.
 */
final class CodecFailures {
    private static final int MAX_PATH = 16;
    private static final Pattern PLAIN_NAME = Pattern.compile("[\\p{L}\\p{N}_$-]{1,64}");

    private final String format;

    CodecFailures(String format) {
        this.format = format;
    }

    CodecException encoding(String what, Throwable e) {
        return of(what + " can't be encoded as " + format, 0, e);
    }

    /**
     * A failure to decode.
     *
     * @param start where Jackson's count of bytes begins, which it does not always take from 0
     */
    CodecException decoding(String what, long start, Throwable e) {
        return of(what + " can't be decoded from " + format, start, e);
    }

    private CodecException of(String what, long start, Throwable e) {
        Throwable inmost = e;
        while (inmost instanceof JacksonException
                && (inmost.getCause() instanceof JacksonException
                        || inmost.getCause() instanceof CodecException
                        || inmost.getCause() instanceof StackOverflowError)) {
            inmost = inmost.getCause();
        }
        if (inmost instanceof CodecException own) {
            return own;
        }
        return new CodecException(what + ": " + reason(inmost) + path(e) + location(e, start), applicationsOwn(inmost));
    }

    private static String reason(Throwable e) {
        if (e instanceof StreamConstraintsException bound) {
            // names a setting of Jackson that is not to be had here
            return bound.getOriginalMessage().replaceFirst(", from `[^`]*`", "");
        }
        if (e instanceof StreamWriteException unwritable) {
            return unwritable.getOriginalMessage();
        }
        if (e instanceof JsonEOFException) {
            return "it ends too early";
        }
        if (e instanceof InputCoercionException overflow) {
            return "a number is out of the range of " + overflow.getTargetType().getTypeName();
        }
        if (e instanceof StreamReadException) {
            return "it is not well-formed";
        }
        if (e instanceof InvalidTypeIdException unknown) {
            return "there is no such subtype of " + unknown.getBaseType().toCanonical();
        }
        if (e instanceof MismatchedInputException mismatch) {
            Class<?> target = mismatch.getTargetType();
            return "what is there does not fit " + (target == null ? "the Java type" : target.getTypeName());
        }
        if (e instanceof ValueInstantiationException refused) {
            return refused.getType().toCanonical() + " refused the values with " + thrown(refused.getCause());
        }
        if (e instanceof InvalidDefinitionException definition) {
            // all about the Java type, but behind the first it may quote the value, behind the second advise a setting
            return definition.getOriginalMessage().replaceFirst("(?s) value \\(.*| \\(to avoid exception, .*", "");
        }
        if (e instanceof StackOverflowError) {
            return "it refers to itself, or its nesting is too deep";
        }
        Throwable cause = e.getCause();
        return "the mapping failed with " + thrown(e instanceof JsonMappingException && cause != null ? cause : e);
    }

    private static String thrown(@Nullable Throwable e) {
        return e == null ? "an exception" : e.getClass().getName();
    }

    private static @Nullable Throwable applicationsOwn(Throwable e) {
        if (!(e instanceof JacksonException)) {
            return e instanceof RuntimeException ? e : null;
        }
        return e instanceof JsonMappingException && !(e instanceof MismatchedInputException) ? e.getCause() : null;
    }

    private static String path(Throwable e) {
        if (!(e instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
            return "";
        }
        StringBuilder path = new StringBuilder(", at ");
        List<JsonMappingException.Reference> references = mapping.getPath();
        for (JsonMappingException.Reference reference : references.subList(0, Math.min(MAX_PATH, references.size()))) {
            String name = reference.getFieldName();
            if (name == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else if (reference.getFrom() instanceof Map
                    || !PLAIN_NAME.matcher(name).matches()) {
                path.append("[…]");
            } else {
                path.append(path.charAt(path.length() - 1) == ' ' ? "" : ".").append(name);
            }
        }
        return path.append(references.size() > MAX_PATH ? "…" : "").toString();
    }

    private static String location(Throwable e, long start) {
        JsonLocation location = e instanceof JacksonException jackson ? jackson.getLocation() : null;
        if (location == null) {
            return "";
        }
        if (location.getLineNr() > 0) {
            return " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
        }
        return location.getByteOffset() < 0 ? "" : " (byte " + (location.getByteOffset() - start) + ")";
    }
}
