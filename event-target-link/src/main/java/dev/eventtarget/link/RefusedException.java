package dev.eventtarget.link;

/** What a spoke says of an event that it could not handle. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message, null, false, false);
    }
}
