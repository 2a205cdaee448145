package dev.eventtarget.tck;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A rule that is proved for listeners outside a Vert.x context and on each kind of context. */
@ParameterizedTest(name = "{displayName} {0}")
@EnumSource(Where.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Everywhere {}
