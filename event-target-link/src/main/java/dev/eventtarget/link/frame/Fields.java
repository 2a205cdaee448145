package dev.eventtarget.link.frame;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.link.spi.CloseReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the detail of a control frame. Whatever is not as it must be is a {@link Violation}.
 *
 * @param frame the frame's type, for messages
 * @param detail its detail
 */
public record Fields(String frame, JsonNode detail) {
    /** The greatest number that every language can count to. */
    public static final long MOST = (1L << 53) - 1;

    private @Nullable JsonNode get(String name) {
        JsonNode value = detail.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /**
     * Whether something is said at all.
     *
     * @param name of the field
     * @return whether it is there and not null
     */
    public boolean has(String name) {
        return get(name) != null;
    }

    /**
     * A whole number that must be there.
     *
     * @param name of the field
     * @param least the least it may be
     * @return the number
     */
    public long number(String name, long least) {
        JsonNode value = get(name);
        if (value == null) {
            throw wrong(name, "is not there");
        }
        return number(name, value, least);
    }

    /**
     * A whole number.
     *
     * @param name of the field
     * @param least the least it may be
     * @param otherwise what holds where it is not there
     * @return the number
     */
    public long number(String name, long least, long otherwise) {
        JsonNode value = get(name);
        return value == null ? otherwise : number(name, value, least);
    }

    private long number(String name, JsonNode value, long least) {
        if (value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= least
                && value.longValue() <= MOST) {
            return value.longValue();
        }
        throw wrong(name, "is no whole number from " + least + " to " + MOST);
    }

    /**
     * Whole numbers.
     *
     * @param name of the field
     * @return the numbers; none where it is not there
     */
    public long[] numbers(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return new long[0];
        }
        if (!value.isArray()) {
            throw wrong(name, "is no array");
        }
        long[] numbers = new long[value.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(name, value.get(i), 0);
        }
        return numbers;
    }

    /**
     * Text that must be there.
     *
     * @param name of the field
     * @return the text
     */
    public String text(String name) {
        String text = optionalText(name);
        if (text == null) {
            throw wrong(name, "is not there");
        }
        return text;
    }

    /**
     * Text.
     *
     * @param name of the field
     * @return the text, or null where it is not there
     */
    public @Nullable String optionalText(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(name, "is no text");
        }
        return value.textValue();
    }

    /**
     * Several texts.
     *
     * @param name of the field
     * @return the texts; none where it is not there
     */
    public List<String> texts(String name) {
        JsonNode value = get(name);
        List<String> texts = new ArrayList<>();
        if (value == null) {
            return texts;
        }
        if (!value.isArray()) {
            throw wrong(name, "is no array");
        }
        for (JsonNode text : value) {
            if (!text.isTextual()) {
                throw wrong(name, "has something in it that is no text");
            }
            texts.add(text.textValue());
        }
        return texts;
    }

    /**
     * True or false.
     *
     * @param name of the field
     * @return which; false where it is not there
     */
    public boolean flag(String name) {
        JsonNode value = get(name);
        if (value != null && !value.isBoolean()) {
            throw wrong(name, "is neither true nor false");
        }
        return value != null && value.booleanValue();
    }

    /**
     * Fields within a field.
     *
     * @param name of the field
     * @return them, or null where it is not there
     */
    public @Nullable Fields fields(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!value.isObject()) {
            throw wrong(name, "is no object");
        }
        return new Fields(frame + "." + name, value);
    }

    /**
     * Numbers by numbers.
     *
     * @param name of the field
     * @return them; none where it is not there
     */
    public Map<Long, Long> counts(String name) {
        Map<Long, Long> counts = new HashMap<>();
        Fields fields = fields(name);
        if (fields != null) {
            fields.detail.properties().forEach(entry -> {
                long key;
                try {
                    key = Long.parseLong(entry.getKey());
                } catch (NumberFormatException e) {
                    throw wrong(name, "has a name that is no number");
                }
                counts.put(key, number(name, entry.getValue(), 0));
            });
        }
        return counts;
    }

    /**
     * What to say of a field.
     *
     * @param name of the field
     * @param how it is wrong
     * @return to throw
     */
    public Violation wrong(String name, String how) {
        return new Violation(CloseReason.PROTOCOL, "'" + name + "' in " + frame + " " + how);
    }
}
