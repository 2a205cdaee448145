package dev.eventtarget.benchmarks;

/** Carries messages from one sender to receivers that count them. */
interface Carrier extends AutoCloseable {
    Arrivals arrivals();

    /**
     * Sends messages. They may arrive after it returns.
     *
     * @param messages a window
     */
    void send(int messages) throws Exception;

    @Override
    void close() throws Exception;
}
