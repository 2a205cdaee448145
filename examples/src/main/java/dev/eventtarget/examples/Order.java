package dev.eventtarget.examples;

/**
 * The detail of the examples' events.
 *
 * @param id which order
 * @param quantity how many pieces
 */
public record Order(String id, int quantity) {}
