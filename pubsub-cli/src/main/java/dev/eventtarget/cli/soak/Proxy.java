package dev.eventtarget.cli.soak;

/** Stands before a server, and fails as networks do. It ends with its Vert.x instance. */
interface Proxy {
    /** {@return where it listens, on the loopback interface} */
    int port();

    /** Ends all connections that there are. */
    void cut();

    /** Lets nothing through, until told otherwise, and ends nothing. */
    void stall(boolean stalled);
}
