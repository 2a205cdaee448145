package dev.eventtarget.link.frame;

/** The types of control frames. {@code docs/architecture/wire-protocol.md} has their meanings. */
public final class Control {
    /** A spoke introduces itself. */
    public static final String HELLO = "$hello";

    /** The hub says what it grants. */
    public static final String WELCOME = "$welcome";

    /** The spoke wants events. */
    public static final String SUBSCRIBE = "$subscribe";

    /** The subscription stands. */
    public static final String SUBSCRIBED = "$subscribed";

    /** The spoke wants no more events. */
    public static final String UNSUBSCRIBE = "$unsubscribe";

    /** The subscription has ended. */
    public static final String UNSUBSCRIBED = "$unsubscribed";

    /** Events are done with. */
    public static final String ACK = "$ack";

    /** An event is refused. */
    public static final String NACK = "$nack";

    /** Events go to other members of the group. */
    public static final String RELEASE = "$release";

    /** How many events may be unacknowledged. */
    public static final String CREDIT = "$credit";

    /** Events are missing. */
    public static final String GAP = "$gap";

    /** A large event has its place here. */
    public static final String LARGE = "$large";

    /** The large event may come, beside the messages. */
    public static final String FETCH = "$fetch";

    /** Publications that are given up. */
    public static final String SKIP = "$skip";

    /** The spoke wants to know when it has what was accepted so far. */
    public static final String FLUSH = "$flush";

    /** It has. */
    public static final String FLUSHED = "$flushed";

    /** Is anybody there. */
    public static final String PING = "$ping";

    /** Yes. */
    public static final String PONG = "$pong";

    /** Something is not as it must be. */
    public static final String ERROR = "$error";

    /** Nothing more will come. */
    public static final String BYE = "$bye";

    private Control() {}
}
