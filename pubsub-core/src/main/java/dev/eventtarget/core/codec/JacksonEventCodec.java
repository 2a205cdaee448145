package dev.eventtarget.core.codec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.TSFBuilder;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.NumberOutput;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.cbor.CBORParser;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.json.jackson.HybridJacksonPool;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the codecs have in common, which is nearly everything: the formats are Jackson's. */
abstract sealed class JacksonEventCodec implements FrameCodec permits JsonEventCodec, CborEventCodec {
    private static final int CACHE_ENTRIES = 1024;

    /** In place of a number of frames: all of the message's. */
    private static final int ALL = -1;

    private final String name;
    private final CodecFailures failures;
    private final JsonFactory factory;

    /** For arrays of frames: the array takes nothing from how deep a frame may be. */
    private final JsonFactory arrayFactory;

    private final EncodedDetail absent;
    private final LoadingCache<Type, ObjectReader> readers;
    private final LoadingCache<Type, ObjectWriter> writers;
    private final LoadingCache<String, EventType<EncodedDetail>> types;

    JacksonEventCodec(String name, String format, MapperBuilder<?, ?> builder) {
        ObjectMapper mapper = builder.addModules(new JavaTimeModule(), new Jdk8Module(), new DetailModule())
                .annotationIntrospector(new NoClassNames())
                .polymorphicTypeValidator(
                        BasicPolymorphicTypeValidator.builder().build())
                .enable(MapperFeature.BLOCK_UNSAFE_POLYMORPHIC_BASE_TYPES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        coercions -> coercions
                                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .build();
        this.name = name;
        this.failures = new CodecFailures(format);
        this.factory = mapper.getFactory();
        this.arrayFactory =
                factory.rebuild().streamReadConstraints(Bounds.READ_ARRAY).build();
        this.readers = cache(type -> mapper.readerFor(mapper.constructType(type)));
        this.writers = cache(type -> writer(mapper, mapper.constructType(type)));
        this.types = cache(topic -> EventType.of(topic, EncodedDetail.class));
        byte[] nothing = encodeDetail(null, Object.class);
        this.absent = new EncodedDetail(this, nothing, 0, nothing.length);
    }

    static <F extends JsonFactory, B extends TSFBuilder<F, B>> B bounded(B builder) {
        return builder.streamReadConstraints(Bounds.READ)
                .streamWriteConstraints(Bounds.WRITE)
                .recyclerPool(HybridJacksonPool.getInstance())
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                // closing after a failure would fail again
                .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT);
    }

    private static <K, V> LoadingCache<K, V> cache(CacheLoader<K, V> loader) {
        return Caffeine.newBuilder()
                .maximumSize(CACHE_ENTRIES)
                .executor(Runnable::run)
                .build(loader);
    }

    // declared as Object, a detail is written as what it is
    private static ObjectWriter writer(ObjectMapper mapper, JavaType type) {
        return type.isJavaLangObject() ? mapper.writer() : mapper.writerFor(type);
    }

    /** Writes what stands between a name and a value that is then written behind the generator's back. */
    abstract void beforeRaw(JsonGenerator generator) throws IOException;

    /** Whether nothing but what means nothing stands between the value that the parser is behind and the end of input. */
    abstract boolean isAtEnd(JsonParser parser, int end) throws IOException;

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final byte[] encode(TypedEvent<?> event) {
        return encode(event, false);
    }

    private byte[] encode(TypedEvent<?> event, boolean positioned) {
        try {
            return write((generator, out) -> {
                generator.writeStartObject();
                Envelope.writeHead(event, positioned, generator);
                if (event.detail() instanceof EncodedDetail encoded && isOwn(encoded)) {
                    byte[] bytes = encoded.toBytes();
                    verify(bytes);
                    beforeRaw(generator);
                    generator.flush();
                    out.write(bytes);
                } else {
                    writeDetail(generator, event.detail(), event.type().javaType());
                }
                generator.writeEndObject();
            });
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw failures.encoding("The event " + event.type().topic(), e);
        }
    }

    @Override
    public final byte[] encodeDetail(@Nullable Object detail, Type javaType) {
        try {
            if (detail instanceof EncodedDetail encoded && isOwn(encoded)) {
                byte[] bytes = encoded.toBytes();
                verify(bytes);
                return bytes;
            }
            return write((generator, out) -> writeDetail(generator, detail, javaType));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw failures.encoding("The detail", e);
        }
    }

    @Override
    public final TypedEvent<EncodedDetail> decode(byte[] bytes) {
        try (JsonParser parser = factory.createParser(bytes)) {
            Envelope envelope = Envelope.read(parser);
            if (!isAtEnd(parser, bytes.length)) {
                throw new CodecException("Something follows the envelope: give each envelope to the codec alone");
            }
            return envelope.toEvent(types::get, this, bytes, absent);
        } catch (IOException | RuntimeException e) {
            throw failures.decoding("The envelope", 0, e);
        }
    }

    @Override
    public final @Nullable Object decodeDetail(byte[] bytes, int offset, int length, Type javaType) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (javaType == EncodedDetail.class) {
            return new EncodedDetail(this, bytes, offset, length);
        }
        try (JsonParser parser = factory.createParser(bytes, offset, length)) {
            checkStart(parser);
            Object detail = readers.get(javaType).readValue(parser);
            checkEnd(parser, offset + length);
            return detail;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw failures.decoding("The detail", offset, e);
        }
    }

    // ---- frames

    @Override
    public final boolean read(byte[] message, int most, Reader reader) {
        JsonScanner scanner = message.length > Bounds.DOCUMENT_BYTES ? null : scanner(message);
        int given = scanner == null ? 0 : scan(scanner, message, most, reader);
        return given == ALL || parse(message, most, given, reader);
    }

    /** Gives frames to the reader as long as no parser is needed, and says how many these were. */
    private int scan(JsonScanner scanner, byte[] message, int most, Reader reader) {
        if (!scanner.take('[')) {
            Envelope frame = Envelope.scanFrame(scanner, null);
            if (frame == null || !scanner.isAtEnd()) {
                return 0;
            }
            give(frame, message, reader);
            return ALL;
        }
        int given = 0;
        Envelope frame = null;
        do {
            frame = given < most ? Envelope.scanFrame(scanner, frame) : null;
            if (frame == null) {
                return given;
            }
            give(frame, message, reader);
            given++;
        } while (scanner.take(','));
        return scanner.take(']') && scanner.isAtEnd() ? ALL : given;
    }

    /** Reads any message, of which the reader has been given some frames already. */
    final boolean parse(byte[] message, int most, int given, Reader reader) {
        try (JsonParser parser = (isArray(message) ? arrayFactory : factory).createParser(message)) {
            boolean several = parser.nextToken() == JsonToken.START_ARRAY;
            if (!several) {
                if (parser.currentToken() == null) {
                    throw new CodecException("The message is empty");
                }
                give(Envelope.readFrame(parser), message, reader);
            } else {
                int frames = 0;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (parser.currentToken() == null) {
                        throw new CodecException("The message ends too early");
                    }
                    if (++frames > most) {
                        return false;
                    }
                    Envelope frame = Envelope.readFrame(parser);
                    if (frames > given) {
                        give(frame, message, reader);
                    }
                }
            }
            if (!isAtEnd(parser, message.length)) {
                throw new CodecException("Something follows the frames of the message");
            }
            return true;
        } catch (IOException e) {
            throw failures.decoding("The message", 0, e);
        }
    }

    private void give(Envelope frame, byte[] message, Reader reader) {
        CodecException fault = frame.fault();
        if (fault == null && frame.topic().charAt(0) == '$') {
            JsonNode detail = NullNode.getInstance();
            if (frame.detailStart() > 0) {
                try {
                    detail = (JsonNode) Objects.requireNonNull(
                            decodeDetail(message, frame.detailStart(), frame.detailLength(), JsonNode.class));
                } catch (CodecException e) {
                    reader.malformed(e);
                    return;
                }
            }
            reader.control(frame.topic(), detail);
            return;
        }
        TypedEvent<EncodedDetail> event = null;
        if (fault == null) {
            try {
                event = frame.toFramedEvent(types::get, this, message, absent, plainStart());
            } catch (CodecException e) {
                fault = e;
            }
        }
        if (event == null) {
            reader.malformed(Objects.requireNonNull(fault));
        } else {
            reader.event(event, frame.subs());
        }
    }

    /** Reads what needs no parser; null if everything does. */
    abstract @Nullable JsonScanner scanner(byte[] message);

    /** Whether an array begins a message. */
    abstract boolean isArray(byte[] message);

    /** What the frames begin with that can be passed on with something in place of it. */
    abstract byte plainStart();

    @Override
    public final byte[] frame(TypedEvent<?> event) {
        byte[] frame = event.detail() instanceof FrameDetail framed ? framed.frameOf(event, this) : null;
        return frame == null ? encode(event, true) : frame;
    }

    @Override
    public final byte[] control(String type, Map<String, ?> detail) {
        Map<String, Object> fields = new LinkedHashMap<>(detail);
        fields.replaceAll((name, value) -> wellFormed(value));
        try {
            return write((generator, out) -> {
                generator.writeStartObject();
                generator.writeStringField("type", type);
                generator.writeFieldName("detail");
                writers.get(Object.class).writeValue(generator, fields);
                generator.writeEndObject();
            });
        } catch (IOException e) {
            throw failures.encoding("The frame " + type, e);
        }
    }

    /** A message that quotes a peer may have half a surrogate pair in it, which can't be encoded. */
    private static Object wellFormed(Object value) {
        return value instanceof String text
                ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                : value;
    }

    @Override
    public final byte[] prefix(long... subs) {
        try {
            return write((generator, out) -> {
                generator.writeStartObject();
                generator.writeFieldName("sub");
                if (subs.length == 1) {
                    generator.writeNumber(subs[0]);
                } else {
                    generator.writeArray(subs, 0, subs.length);
                }
                generator.flush();
                out.write(batchSeparator());
            });
        } catch (IOException e) {
            throw failures.encoding("The subscriptions of a frame", e);
        }
    }

    private boolean isOwn(EncodedDetail detail) {
        return detail.codec().getClass() == getClass();
    }

    private void writeDetail(JsonGenerator generator, @Nullable Object detail, Type javaType) throws IOException {
        if (detail == null) {
            generator.writeNull();
        } else if (!(detail instanceof EncodedDetail encoded)) {
            writers.get(javaType).writeValue(generator, detail);
        } else if (encoded.codec() instanceof JacksonEventCodec other) {
            byte[] bytes = encoded.toBytes();
            try (JsonParser parser = other.factory.createParser(bytes)) {
                checkStart(parser);
                copyValue(parser, generator);
                other.checkEnd(parser, bytes.length);
            }
        } else {
            writeDetail(generator, encoded.decode(Object.class), Object.class);
        }
    }

    // whoever made the detail may have taken the bytes from anywhere, and they must not change the envelope around them
    private void verify(byte[] detail) throws IOException {
        try (JsonParser parser = factory.createParser(detail)) {
            checkStart(parser);
            skipValue(parser);
            checkEnd(parser, detail.length);
        }
    }

    private static void checkStart(JsonParser parser) throws IOException {
        if (parser.nextToken() == null) {
            throw new CodecException("The encoded detail is empty: a detail that is null has bytes as well");
        }
    }

    private void checkEnd(JsonParser parser, int end) throws IOException {
        if (!isAtEnd(parser, end)) {
            throw new CodecException("Something follows the encoded detail");
        }
    }

    /** Goes to the very end of the value that the parser is at. */
    static void skipValue(JsonParser parser) throws IOException {
        if (parser.currentToken().isStructStart()) {
            parser.skipChildren();
        } else {
            parser.finishToken();
        }
    }

    private static void copyValue(JsonParser from, JsonGenerator to) throws IOException {
        for (int depth = 0; ; from.nextToken()) {
            JsonToken token = from.currentToken();
            if (token == JsonToken.VALUE_NUMBER_FLOAT) {
                copyFloat(from, to);
            } else {
                to.copyCurrentEvent(from);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 0) {
                return;
            }
        }
    }

    // a double stays one; a decimal becomes one where that is the same number, for not every reader has decimal
    // fractions
    private static void copyFloat(JsonParser from, JsonGenerator to) throws IOException {
        // asked first: the parser forgets what a number was when it has converted it
        boolean isDouble =
                from.isNaN() || from instanceof CBORParser && from.getNumberType() != JsonParser.NumberType.BIG_DECIMAL;
        double approximation = from.getDoubleValue();
        if (isDouble) {
            to.writeNumber(approximation);
            return;
        }
        BigDecimal exact = from.getDecimalValue();
        if (Double.isFinite(approximation) && exact.compareTo(shortest(approximation)) == 0) {
            to.writeNumber(approximation);
        } else {
            to.writeNumber(exact);
        }
    }

    // Double.toString is not always the shortest before JDK 19
    private static BigDecimal shortest(double value) {
        return new BigDecimal(NumberOutput.toString(value, true));
    }

    @FunctionalInterface
    private interface Body {
        void write(JsonGenerator generator, OutputStream out) throws IOException;
    }

    private byte[] write(Body body) throws IOException {
        BufferRecycler recycler = factory._getBufferRecycler();
        try (ByteArrayBuilder buffer = new ByteArrayBuilder(recycler)) {
            OutputStream out = new BoundedOutput(buffer);
            try (JsonGenerator generator = new BoundedGenerator(factory.createGenerator(out))) {
                body.write(generator, out);
            }
            return buffer.getClearAndRelease();
        } finally {
            recycler.releaseToPool();
        }
    }

    private static final class BoundedOutput extends OutputStream {
        private final OutputStream out;
        private long written;

        BoundedOutput(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            count(1);
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            count(length);
            out.write(bytes, offset, length);
        }

        private void count(int more) throws IOException {
            written += more;
            if (written > Bounds.DOCUMENT_BYTES) {
                throw new StreamConstraintsException(
                        "it takes more than the " + Bounds.DOCUMENT_BYTES + " bytes allowed for an envelope");
            }
        }
    }

    // an envelope names no Java class, and no sender may choose which one the receiver makes
    private static final class NoClassNames extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
            JsonTypeInfo.Value info = super.findPolymorphicTypeInfo(config, annotated);
            if (info != null
                    && (info.getIdType() == JsonTypeInfo.Id.CLASS
                            || info.getIdType() == JsonTypeInfo.Id.MINIMAL_CLASS)) {
                String where = annotated instanceof AnnotatedMember member
                        ? member.getDeclaringClass().getName()
                        : annotated.getName();
                throw new CodecException("@JsonTypeInfo in " + where
                        + " puts class names into events, which is not allowed: use JsonTypeInfo.Id.NAME with"
                        + " @JsonSubTypes");
            }
            return info;
        }
    }
}
