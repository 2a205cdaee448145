package dev.eventtarget.tck;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A rule for targets without {@link dev.eventtarget.Capability#CROSS_PROCESS}, whose publishers reach listeners directly. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface InProcess {}
