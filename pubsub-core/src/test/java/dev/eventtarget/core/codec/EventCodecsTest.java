package dev.eventtarget.core.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import java.io.IOException;
import java.lang.reflect.Type;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventCodecsTest {
    @Test
    void jsonAndCborAreThere() {
        assertInstanceOf(JsonEventCodec.class, EventCodecs.named("json"));
        assertInstanceOf(CborEventCodec.class, EventCodecs.named("cbor"));
    }

    @Test
    void theServiceLoaderFindsThem() {
        TreeSet<String> names = ServiceLoader.load(EventCodec.class).stream()
                .map(provider -> provider.get().name())
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(names.contains("json") && names.contains("cbor"), names.toString());
    }

    @Test
    void anUnknownNameIsAnErrorThatListsTheKnown() {
        ConfigurationException unknown = assertThrows(ConfigurationException.class, () -> EventCodecs.named("xml"));
        assertTrue(unknown.getMessage().contains("'xml'"), unknown.getMessage());
        assertTrue(unknown.getMessage().contains("cbor, json"), unknown.getMessage());
    }

    @Test
    void codecsOfTheThreadsClassLoaderAreFound(@TempDir Path directory) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(EventCodec.class.getName()), Plain.class.getName(), UTF_8);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
            thread.setContextClassLoader(loader);
            assertEquals("plain", EventCodecs.named("plain").name());
        } finally {
            thread.setContextClassLoader(before);
        }
        assertThrows(ConfigurationException.class, () -> EventCodecs.named("plain"));
    }

    /** Only its name is asked for. */
    public static final class Plain implements EventCodec {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public byte[] encode(TypedEvent<?> event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public TypedEvent<EncodedDetail> decode(byte[] bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] encodeDetail(@Nullable Object detail, Type javaType) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object decodeDetail(byte[] bytes, int offset, int length, Type javaType) {
            throw new UnsupportedOperationException();
        }
    }
}
