package dev.eventtarget.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** For tests that connect: where there is no QUIC for the platform they are skipped. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
        value = "io.netty.handler.codec.quic.Quic#isAvailable",
        disabledReason = "netty-codec-native-quic has no library for this platform on the class path")
@interface NeedsNativeQuic {}
