package dev.eventtarget.cli;

import java.math.BigDecimal;
import java.time.Instant;

/** The detail of a made-up event. */
record Order(String id, String customer, int quantity, BigDecimal total, Instant placedAt) {}
