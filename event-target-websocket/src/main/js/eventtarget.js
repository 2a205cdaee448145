/*
 * An EventTarget whose events come from a hub and go to it. The protocol is described in
 * https://github.com/event-target/event-target/blob/main/docs/architecture/wire-protocol.md
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

const OPEN = 1;
const SUBPROTOCOL = "eventtarget.v1";
const FEATURES = ["ack", "credit", "resume", "batch"];

const TOPIC = /^[\w-]+(?:\.[\w-]+)*(?::\P{Cc}+)?$/u;
const PATTERN = /^(?:>|(?:[\w-]+|\*)(?:\.(?:[\w-]+|\*))*(?:\.>)?)(?::\P{Cc}+)?$/u;

/** Reasons after which there is no use in connecting again. */
const FINAL = new Set(["protocol", "malformed", "unauthorized", "too_large"]);
const REASON = /^(bye|going_away|protocol|malformed|unauthorized|over_limit|too_large|internal|slow_consumer|overloaded|timeout)(?:: ?(.*))?$/s;
const REASON_OF_CODE = new Map([
  [1000, "bye"],
  [1001, "going_away"],
  [1002, "protocol"],
  [1007, "malformed"],
  [1008, "unauthorized"],
  [1009, "too_large"],
  [1011, "internal"],
  [1013, "overloaded"],
]);

const DEFAULTS = {
  credit: 2_048,
  maxPending: 16_384,
  maxPendingSize: 32 << 20,
  minDelay: 50,
  maxDelay: 5_000,
  connectTimeout: 10_000,
  closeTimeout: 5_000,
};

/** A link that was up for less than this counts as one more failed attempt. */
const STABLE_MS = 1_000;
const ACK_DELAY_MS = 20;
const SUBSCRIPTION_CREDIT = 64;
/** How long the hub may take to close a link. */
const LEAVE_MS = 1_000;
/** What is joined into one message, in UTF-16 units, and what may wait in the socket, in bytes. */
const MESSAGE_SIZE = 64 << 10;
const SOCKET_SIZE = 1 << 20;
const SOCKET_POLL_MS = 5;

/** Sets what only the target that dispatches an event may set. */
let present;

/** An event that came from the hub. Its `type` is the topic that it was published to, also for a listener to a pattern. */
export class RemoteEvent extends CustomEvent {
  #target = null;
  #dispatching = false;
  #stopped = false;

  static {
    present = {
      begin(event, target) {
        event.#target = target;
        event.#dispatching = true;
        event.#stopped = false;
      },
      end(event) {
        event.#dispatching = false;
      },
      stopped: (event) => event.#stopped,
    };
  }

  constructor(type, { detail, id, time, source, headers, position } = {}) {
    super(type, { detail });
    /** For deduplication, if the publisher gave one. */
    this.id = id;
    /** When it happened, in ISO 8601. */
    this.time = time;
    /** Who says so. */
    this.source = source;
    /** Texts by name. */
    this.headers = headers ?? {};
    /** Where it stands in the hub's log, if there is one: for `from: {after: position}`. */
    this.position = position;
  }

  get target() {
    return super.target ?? this.#target;
  }

  get srcElement() {
    return this.target;
  }

  get currentTarget() {
    return super.currentTarget ?? (this.#dispatching ? this.#target : null);
  }

  get eventPhase() {
    return this.#dispatching ? Event.AT_TARGET : super.eventPhase;
  }

  composedPath() {
    return this.#dispatching ? [this.#target] : super.composedPath();
  }

  stopImmediatePropagation() {
    this.#stopped = true;
    super.stopImmediatePropagation();
  }
}

/** Why an event was not accepted. */
export class PublishError extends Error {
  constructor(reason, message, retryable) {
    super(message);
    this.name = "PublishError";
    /** `backpressure`, `not_connected`, `codec`, `unauthorized`, `unsupported_capability`, `closed`, `timeout` or `transport`. */
    this.reason = reason;
    /** Whether to publish it again later may help. */
    this.retryable = retryable;
  }
}

/** Why the hub refuses a subscription, or the link to it. */
export class LinkError extends Error {
  constructor(reason, message, type) {
    super(message);
    this.name = "LinkError";
    /** One of the reasons of the protocol, such as `unauthorized`; `lost` where the link broke. */
    this.reason = reason;
    /** The type of the subscription that is meant, if one is. */
    this.type = type;
  }
}

/** A subscription of its own on the wire, whose events are acknowledged when its listener is done with them. */
export class RemoteSubscription {
  #channel;
  #setCredit;
  #unsubscribe;

  constructor(channel, setCredit, unsubscribe) {
    this.#channel = channel;
    this.#setCredit = setCredit;
    this.#unsubscribe = unsubscribe;
  }

  /** The type or pattern. */
  get type() {
    return this.#channel.type;
  }

  /** Fulfilled when the hub has the subscription, rejected with a `LinkError` if it refuses it. */
  get ready() {
    return this.#channel.ready.promise;
  }

  /** The most events that may be under way at once; 0 stops the flow. */
  get credit() {
    return this.#channel.credit;
  }

  set credit(value) {
    this.#setCredit(natural("credit", value, 0));
  }

  /**
   * Ends it.
   *
   * @param {{drain?: boolean}} [options] `drain`: take no new events, but those that wait
   * @returns {Promise<void>} fulfilled when no more events come
   */
  close({ drain = false } = {}) {
    this.#unsubscribe(drain);
    return this.#channel.over.promise;
  }
}

/** A subscription on the wire, with what the session knows of it. */
class Channel {
  listeners = [];
  ready = deferred();
  over = deferred();
  /** "asked", "stands", "ending" or "over". */
  state = "asked";
  drain = false;
  /** Whether the hub has confirmed it in this session. */
  answered = false;
  /** Whether it did so in any: then events may be missing when it begins anew. */
  stood = false;
  /** Goes up with each session: what was received in an earlier one can't be acknowledged any more. */
  session = 0;
  received = 0;
  settled = 0;
  settledBeyond = new Set();
  position = undefined;
  positions = new Map();
  creditChanged = false;
  unacked = 0;
  late = [];

  constructor(number, type, handler, options, credit) {
    this.number = number;
    this.type = type;
    this.handler = handler;
    this.options = options;
    this.credit = credit;
  }

  get underWay() {
    return this.received - this.settled - this.settledBeyond.size;
  }

  begin() {
    this.state = "asked";
    this.answered = false;
    this.creditChanged = false;
    this.session++;
    this.received = 0;
    this.settled = 0;
    this.settledBeyond.clear();
    this.positions.clear();
    this.unacked = 0;
    this.late.length = 0;
  }

  request(credit) {
    const { group, retry, deadLetter } = this.options;
    let { from } = this.options;
    if (this.position !== undefined && group === undefined) {
      from = { after: this.position };
    }
    return {
      sub: this.number,
      type: this.type,
      group,
      from: from?.since instanceof Date ? { since: from.since.toISOString() } : from,
      retry,
      deadLetter,
      credit: credit ? this.credit : undefined,
    };
  }

  /** What a listener has begun with it finishes, whatever follows. */
  farewell() {
    return {
      sub: this.number,
      drain: this.drain || undefined,
      finish: (this.handler !== undefined && !this.drain) || undefined,
    };
  }

  settle(number) {
    this.unacked++;
    if (number === this.settled + 1) {
      do {
        this.settled++;
        const position = this.positions.get(this.settled);
        if (position !== undefined) {
          this.position = position;
          this.positions.delete(this.settled);
        }
      } while (this.settledBeyond.delete(this.settled + 1));
    } else {
      this.settledBeyond.add(number);
      this.late.push(number);
    }
  }
}

/**
 * What is published and not confirmed yet, in order. The hub numbers what it gets in a session; beyond that, all that is
 * published has a number n of its own, by which the hub knows again what is sent again in another session.
 */
class Publications {
  producer = randomName();
  /** The greatest number that the hub has confirmed in this session. */
  acked = 0;
  /** Characters of JSON. */
  size = 0;
  #unsent = [];
  /** What of it has been sent since the array was made. */
  #taken = 0;
  #unconfirmed = new Map();
  #lastN = 0;
  /** The n before the first of this session. */
  #base = 0;
  #sequence = 0;

  get count() {
    return this.#unsent.length - this.#taken + this.#unconfirmed.size;
  }

  /** The n of what would come first in a new session. */
  get next() {
    const [entry = this.first] = this.#unconfirmed.values();
    return entry?.n ?? this.#lastN + 1;
  }

  /** What is to be sent next. */
  get first() {
    return this.#unsent[this.#taken];
  }

  add(entry) {
    this.size += entry.json.length;
    this.#unsent.push(entry);
  }

  /** How many numbers are between what was sent last and what is to be sent next, as these were refused in an earlier session. */
  skip() {
    this.first.n ??= ++this.#lastN;
    const skipped = this.first.n - this.#base - this.#sequence - 1;
    this.#sequence += skipped;
    return skipped;
  }

  take() {
    const entry = this.#shift();
    this.#unconfirmed.set(++this.#sequence, entry);
    return entry.json;
  }

  drop(error) {
    this.#done(this.#shift(), error);
  }

  #shift() {
    const entry = this.first;
    this.#taken++;
    if (this.#taken === this.#unsent.length || this.#taken === 1024) {
      this.#unsent.splice(0, this.#taken);
      this.#taken = 0;
    }
    return entry;
  }

  /** The hub has received so many in this session: the others are sent again. */
  resume(received) {
    const again = [];
    for (const [number, entry] of this.#unconfirmed) {
      if (number > received) {
        this.#unconfirmed.delete(number);
        again.push(entry);
      }
    }
    this.#sendAgain(again);
    this.#sequence = received;
  }

  /** A session begins: all are sent again. */
  begin() {
    this.#base = this.next - 1;
    this.#sendAgain([...this.#unconfirmed.values()]);
    this.#unconfirmed.clear();
    this.#sequence = 0;
    this.acked = 0;
  }

  #sendAgain(entries) {
    this.#unsent = entries.concat(this.#unsent.slice(this.#taken));
    this.#taken = 0;
  }

  accepted(to) {
    for (const [number, entry] of this.#unconfirmed) {
      if (number > to) {
        break;
      }
      this.#unconfirmed.delete(number);
      this.#done(entry);
    }
    this.acked = Math.max(this.acked, to);
  }

  refused({ seq, reason = "transport", message = "The hub refused the event", retryable = false }) {
    const entry = this.#unconfirmed.get(seq);
    if (entry) {
      this.#unconfirmed.delete(seq);
      this.#done(entry, new PublishError(reason, message, retryable));
    }
  }

  fail(error) {
    const entries = [...this.#unconfirmed.values(), ...this.#unsent.slice(this.#taken)];
    this.#unconfirmed.clear();
    this.#unsent = [];
    this.#taken = 0;
    entries.forEach((entry) => this.#done(entry, error));
  }

  #done(entry, error) {
    this.size -= entry.json.length;
    if (error) {
      entry.reject(error);
    } else {
      entry.resolve();
    }
  }
}

/**
 * An `EventTarget` whose events come from a hub and go to it.
 *
 * Types that begin with `$` are its own and never leave it: `$open`, `$close`, `$error` and `$gap`.
 */
export class RemoteEventTarget extends EventTarget {
  #url;
  #options;
  #WebSocket;
  #state = "connecting";
  #opened = deferred();
  #ended = deferred();

  #channels = new Map();
  #byType = new Map();
  /** Numbers of what listeners wait for: an event is published when those hear it that were added before. */
  #unanswered = new Set();
  #own = new Map();
  #lastNumber = 0;
  #lastOrder = 0;

  #socket;
  #welcomed = false;
  #farewell;
  #attempts = 0;
  #since = 0;
  #timers = { retry: undefined, deadline: undefined, heartbeat: undefined, ack: undefined, flush: undefined };
  #heard = 0;
  #sent = 0;

  #session;
  #links = 0;
  #publications = new Publications();

  /** What was refused and perhaps has not reached the hub: a ping that is answered shows that it has. */
  #refusals = [];
  #pinged = 0;
  #ponged = 0;

  #features = new Set();
  #capabilities = [];
  #limits = {};
  #control = [];
  #due = new Set();
  #flushing = false;
  #closing;
  #idle;

  /**
   * Connects in the background, and again when the link is lost.
   *
   * @param {string | URL} url such as `ws://localhost:8080/events`; in a page also relative to it
   * @param {object} [options] see eventtarget.d.ts
   */
  constructor(url, options = {}) {
    super();
    const base = globalThis.location?.href;
    const absolute = new URL(url, base);
    absolute.protocol = absolute.protocol.replace(/^http/, "ws");
    absolute.hash = "";
    if (absolute.protocol !== "ws:" && absolute.protocol !== "wss:") {
      throw new TypeError(`${url}: the URL of a hub begins with ws: or wss:`);
    }
    this.#url = absolute.href;
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
    if (typeof this.#WebSocket !== "function") {
      throw new TypeError("There is no WebSocket here: give a constructor as the option WebSocket, or use Node.js 22 or later");
    }
    this.#options = { ...DEFAULTS };
    for (const name of Object.keys(DEFAULTS)) {
      if (options[name] !== undefined) {
        this.#options[name] = natural(name, options[name], 1);
      }
    }
    this.#options.token = options.token;
    this.#opened.promise.catch(() => {});
    this.#connect();
  }

  /** Where the hub is. */
  get url() {
    return this.#url;
  }

  /** `connecting`, `open`, `closing` or `closed`. */
  get readyState() {
    return this.#state;
  }

  /** Fulfilled when the hub is reached for the first time, rejected if it does not let this client in. */
  get opened() {
    return this.#opened.promise;
  }

  /** What the hub's target guarantees, such as `ordered` and `replay`; empty before it was reached. */
  get capabilities() {
    return this.#capabilities;
  }

  /** How many events the hub has not confirmed yet. */
  get pending() {
    return this.#publications.count;
  }

  // Listening

  /**
   * Hears a type, all types that match a pattern, or one of the target's own types. As in the DOM.
   */
  addEventListener(type, callback, options) {
    type = String(type);
    const { capture, once, signal } = flatten(options);
    if (callback === null || callback === undefined || signal?.aborted) {
      return;
    }
    const own = type.startsWith("$");
    if (!own) {
      checkPattern(type);
    }
    let listeners = own ? this.#own.get(type) : this.#byType.get(type)?.listeners;
    if (listeners?.some((other) => other.callback === callback && other.capture === capture)) {
      return;
    }
    if (!listeners) {
      if (own) {
        this.#own.set(type, (listeners = []));
      } else {
        const channel = this.#subscribe(type, undefined, {}, this.#options.credit);
        channel.ready.promise.catch(() => {});
        this.#byType.set(type, channel);
        if (channel.state === "asked") {
          this.#unanswered.add(channel.number);
        }
        listeners = channel.listeners;
      }
    }
    const listener = { type, callback, capture, once, order: ++this.#lastOrder, removed: false, release: undefined };
    listeners.push(listener);
    listener.release = onAbort(signal, () => this.#remove(listener));
  }

  /** As in the DOM. With the last listener of a type the subscription at the hub ends. */
  removeEventListener(type, callback, options) {
    type = String(type);
    const { capture } = flatten(options);
    const listeners = type.startsWith("$") ? this.#own.get(type) : this.#byType.get(type)?.listeners;
    const listener = listeners?.find((other) => other.callback === callback && other.capture === capture);
    if (listener) {
      this.#remove(listener);
    }
  }

  #remove(listener) {
    if (listener.removed) {
      return;
    }
    listener.removed = true;
    listener.release();
    const { type } = listener;
    const channel = this.#byType.get(type);
    const listeners = type.startsWith("$") ? this.#own.get(type) : channel?.listeners;
    const index = listeners?.indexOf(listener) ?? -1;
    if (index < 0) {
      return;
    }
    listeners.splice(index, 1);
    if (listeners.length > 0) {
      return;
    }
    if (channel) {
      this.#byType.delete(type);
      this.#unsubscribe(channel, false);
    } else {
      this.#own.delete(type);
    }
  }

  /**
   * Hears a type or pattern by a subscription of its own. An event is acknowledged when the listener has returned, or when
   * the promise that it returned is fulfilled; it is refused when the listener throws or the promise is rejected.
   *
   * @returns {RemoteSubscription} ends it
   */
  subscribe(type, listener, options = {}) {
    type = String(type);
    checkPattern(type);
    if (typeof listener !== "function" && typeof listener?.handleEvent !== "function") {
      throw new TypeError("subscribe: the listener is to be a function or have a method handleEvent");
    }
    const { signal, credit = SUBSCRIPTION_CREDIT, ...request } = options;
    if (this.#state === "closing" || this.#state === "closed") {
      throw new LinkError("bye", "This target is closed", type);
    }
    signal?.throwIfAborted();
    const channel = this.#subscribe(type, listener, request, natural("credit", credit, 0));
    channel.over.promise.then(onAbort(signal, () => this.#unsubscribe(channel, false)));
    return new RemoteSubscription(
      channel,
      (value) => this.#setCredit(channel, value),
      (drain) => this.#unsubscribe(channel, drain),
    );
  }

  #subscribe(type, handler, options, credit) {
    const channel = new Channel(++this.#lastNumber, type, handler, options, credit);
    if (this.#state === "closing" || this.#state === "closed") {
      channel.state = "over";
      channel.over.resolve();
    } else {
      this.#channels.set(channel.number, channel);
      this.#say("$subscribe", channel.request(this.#features.has("credit")));
    }
    return channel;
  }

  #unsubscribe(channel, drain) {
    if (channel.state === "over" || channel.state === "ending") {
      return;
    }
    channel.state = "ending";
    channel.drain = drain;
    channel.ready.reject(new LinkError("bye", `The subscription to ${channel.type} was ended before it stood`, channel.type));
    channel.ready.promise.catch(() => {});
    if (this.#session === undefined && !this.#welcomed) {
      this.#over(channel);
    } else {
      this.#say("$unsubscribe", channel.farewell());
    }
  }

  #setCredit(channel, credit) {
    channel.credit = credit;
    channel.creditChanged = true;
    if (channel.state !== "over" && this.#features.has("credit")) {
      this.#say("$credit", { sub: channel.number, credit });
    }
  }

  // Publishing

  /**
   * Publishes an event. Whoever listens to its type hears it, this target's listeners included, when it comes from the hub.
   *
   * @returns {boolean} whether it was taken; if not, and when the hub refuses it, there is an `$error`
   */
  dispatchEvent(event) {
    if (!(event instanceof Event)) {
      throw new TypeError("dispatchEvent: the argument is to be an Event, such as a CustomEvent");
    }
    const { id, headers, time, source } = event instanceof RemoteEvent ? event : {};
    const refused = (error) => this.#fail(error);
    return this.#publish(event.type, event.detail, { id, headers, time, source }, () => {}, refused);
  }

  /**
   * Publishes an event.
   *
   * @returns {Promise<void>} fulfilled when the hub's target has accepted it, rejected with a `PublishError`
   */
  publish(type, detail, options = {}) {
    return new Promise((resolve, reject) => this.#publish(String(type), detail, options, resolve, reject));
  }

  #publish(type, detail, { id, headers, time, source }, resolve, reject) {
    if (!TOPIC.test(type)) {
      throw new TypeError(`${JSON.stringify(type)}: a type is tokens of [A-Za-z0-9_-] joined by dots, and perhaps a colon and an id`);
    }
    time = time instanceof Date ? time.toISOString() : (time ?? new Date().toISOString());
    if (headers !== undefined && Object.keys(headers).length === 0) {
      headers = undefined;
    }
    const json = JSON.stringify({ type, id, time, source, headers, detail: detail ?? null });
    if (this.#state === "closing" || this.#state === "closed") {
      reject(new PublishError("closed", "This target is closed", false));
      return false;
    }
    if (this.pending >= this.#options.maxPending || this.#publications.size + json.length > this.#options.maxPendingSize) {
      const message = `${this.pending} events wait to be confirmed by the hub: publish more slowly, or set maxPending and maxPendingSize higher`;
      reject(new PublishError("backpressure", message, true));
      return false;
    }
    this.#publications.add({ json, after: this.#lastNumber, n: undefined, resolve, reject });
    this.#schedule();
    return true;
  }

  // The link

  async #connect() {
    let token;
    let socket;
    try {
      token = this.#options.token;
      if (typeof token === "function") {
        token = await token();
      }
      if (this.#state === "closed") {
        return;
      }
      socket = new this.#WebSocket(this.#url, [SUBPROTOCOL]);
    } catch (error) {
      this.#retry("lost", `Can't connect to ${this.#url}: ${error.message}`);
      return;
    }
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#farewell = undefined;
    const { connectTimeout } = this.#options;
    this.#timers.deadline = setTimeout(
      () => this.#lost(socket, "lost", `${this.#url} did not answer within ${connectTimeout} ms`),
      connectTimeout,
    );
    socket.onopen = () => socket.send(JSON.stringify(this.#hello(token)));
    socket.onmessage = ({ data }) => this.#received(socket, data);
    // Not every WebSocket says close after error.
    socket.onerror = () => setTimeout(() => this.#lost(socket, "lost", `Can't connect to ${this.#url}`), 0);
    socket.onclose = ({ code, reason: text }) => {
      const [, name, message = text] = REASON.exec(text ?? "") ?? [];
      this.#lost(socket, name ?? REASON_OF_CODE.get(code) ?? "lost", message ?? "");
    };
  }

  #hello(token) {
    const detail = {
      version: 1,
      features: FEATURES,
      token: token ?? undefined,
      producer: this.#publications.producer,
      next: this.#publications.next,
      link: ++this.#links,
    };
    if (this.#session !== undefined) {
      detail.session = this.#session;
      detail.acked = this.#publications.acked;
      detail.subs = Object.fromEntries([...this.#channels].map(([number, channel]) => [number, channel.received]));
    }
    return { type: "$hello", detail };
  }

  #received(socket, data) {
    if (socket !== this.#socket) {
      return;
    }
    this.#heard = performance.now();
    let frames;
    try {
      frames = JSON.parse(typeof data === "string" ? data : new TextDecoder().decode(data));
    } catch {
      this.#lost(socket, "lost", `${this.#url} sent a message that is not JSON`);
      return;
    }
    if (!Array.isArray(frames)) {
      this.#frame(frames);
      return;
    }
    for (const frame of frames) {
      if (socket !== this.#socket) {
        return;
      }
      this.#frame(frame);
    }
  }

  #frame(frame) {
    if (typeof frame?.type !== "string") {
      return;
    }
    if (!frame.type.startsWith("$")) {
      this.#event(frame);
      return;
    }
    const detail = frame.detail ?? {};
    switch (frame.type) {
      case "$welcome":
        this.#welcome(detail);
        break;
      case "$subscribed":
        this.#subscribed(this.#channels.get(detail.sub));
        break;
      case "$unsubscribed":
        this.#over(this.#channels.get(detail.sub));
        break;
      case "$ack":
        this.#publications.accepted(detail.to);
        this.#checkIdle();
        break;
      case "$nack":
        this.#publications.refused(detail);
        this.#checkIdle();
        break;
      case "$gap":
        this.#gap(this.#channels.get(detail.sub), detail.missed);
        break;
      case "$pong":
        this.#ponged++;
        this.#refusals = this.#refusals.filter(({ ping }) => ping === undefined || ping > this.#ponged);
        break;
      case "$ping":
        this.#say("$pong");
        break;
      case "$error":
        this.#error(detail);
        break;
      case "$bye":
        this.#flush(false);
        this.#leave("going_away", "The hub said goodbye");
        break;
      default:
    }
  }

  #welcome({ features = [], session, resumed = false, received = 0, heartbeat = 15_000, capabilities = [], limits = {} }) {
    clearTimeout(this.#timers.deadline);
    this.#features = new Set(features);
    if (!this.#features.has("ack")) {
      this.#end("protocol", `${this.#url} does not grant the feature "ack"`);
      return;
    }
    this.#capabilities = Object.freeze([...capabilities]);
    this.#limits = limits;
    this.#session = session;
    this.#control.length = 0;
    this.#due.clear();
    this.#pinged = 0;
    this.#ponged = 0;
    this.#welcomed = true;
    this.#since = performance.now();
    this.#sent = this.#since;
    const socket = this.#socket;
    this.#timers.heartbeat = setInterval(() => this.#beat(socket, heartbeat), Math.max(10, heartbeat / 4));

    const gaps = resumed ? this.#resume(received) : this.#begin();
    if (this.#state === "connecting") {
      this.#state = "open";
    }
    this.#opened.resolve();
    this.#notify("$open", { resumed, capabilities: this.#capabilities });
    for (const channel of gaps) {
      this.#gap(channel, undefined);
    }
    this.#schedule();
  }

  /** Goes on with the session: repeats what may have been lost with the link. */
  #resume(received) {
    this.#publications.resume(received);
    for (const refusal of this.#refusals) {
      refusal.ping = undefined;
      this.#say("$nack", refusal.detail);
    }
    for (const channel of this.#channels.values()) {
      const { number: sub, state, settled, settledBeyond } = channel;
      if (!channel.answered) {
        this.#say("$subscribe", channel.request(this.#features.has("credit")));
      }
      if (channel.received > 0) {
        channel.late.length = 0;
        channel.unacked = 0;
        this.#say("$ack", { sub, to: settled, also: settledBeyond.size > 0 ? [...settledBeyond] : undefined });
      }
      if (channel.creditChanged && this.#features.has("credit")) {
        this.#say("$credit", { sub, credit: channel.credit });
      }
      if (state === "ending") {
        this.#say("$unsubscribe", channel.farewell());
      }
    }
    return [];
  }

  /**
   * Begins anew: subscribes again, and publishes again what was not confirmed, by the same numbers of this producer, so that
   * a hub whose log drops duplicates knows again what had been accepted.
   *
   * @returns the channels that have no place in a log to go on from
   */
  #begin() {
    this.#publications.begin();
    this.#refusals = [];
    this.#unanswered.clear();
    const gaps = [];
    for (const channel of this.#channels.values()) {
      if (channel.state === "ending") {
        this.#over(channel);
        continue;
      }
      const { group, from = "latest" } = channel.options;
      const kept = group === undefined ? channel.position !== undefined || from !== "latest" : this.#capabilities.includes("persistent");
      if (channel.stood && !kept) {
        gaps.push(channel);
      }
      channel.begin();
      if (!channel.handler) {
        this.#unanswered.add(channel.number);
      }
      this.#say("$subscribe", channel.request(this.#features.has("credit")));
    }
    return gaps;
  }

  #beat(socket, heartbeat) {
    const now = performance.now();
    if (now - this.#heard >= 2 * heartbeat) {
      this.#lost(socket, "timeout", `${this.#url} has not been heard for ${2 * heartbeat} ms`);
    } else if (now - this.#sent >= heartbeat) {
      this.#ping();
    }
  }

  /** Closes the link as the hub has asked for. */
  #leave(reason, message) {
    const socket = this.#socket;
    this.#farewell ??= { reason, message };
    socket.close(1000);
    clearTimeout(this.#timers.deadline);
    this.#timers.deadline = setTimeout(() => this.#lost(socket, reason, message), LEAVE_MS);
  }

  #ping() {
    this.#pinged++;
    this.#control.push('{"type":"$ping"}');
    this.#schedule();
  }

  #lost(socket, reason, message) {
    if (socket !== this.#socket) {
      return;
    }
    ({ reason, message } = this.#farewell ?? { reason, message });
    const stable = this.#welcomed && performance.now() - this.#since >= STABLE_MS;
    this.#drop();
    if (FINAL.has(reason)) {
      this.#end(reason, message);
      return;
    }
    if (this.#state === "closing" && this.#idle === undefined) {
      this.#end("bye", "");
      return;
    }
    if (stable) {
      this.#attempts = 0;
    }
    this.#retry(reason, message);
  }

  #retry(reason, message) {
    const { minDelay, maxDelay } = this.#options;
    const most = Math.min(maxDelay, minDelay * 2 ** Math.min(this.#attempts, 30));
    this.#attempts++;
    const retryIn = Math.round(most * (0.5 + Math.random() / 2));
    if (this.#state === "open") {
      this.#state = "connecting";
    }
    this.#timers.retry = setTimeout(() => this.#connect(), retryIn);
    this.#notify("$close", { reason, message, retryIn });
  }

  /** Lets go of the socket. */
  #drop() {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#welcomed = false;
    this.#control.length = 0;
    this.#due.clear();
    for (const timer of Object.values(this.#timers)) {
      clearTimeout(timer);
    }
    this.#timers.ack = undefined;
    this.#timers.flush = undefined;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.onerror = () => {};
      socket.close();
    }
  }

  /** For good. */
  #end(reason, message) {
    if (this.#state === "closed") {
      return;
    }
    this.#state = "closed";
    this.#drop();
    const why = message ? `${reason}: ${message}` : reason;
    this.#publications.fail(new PublishError("closed", `The link was closed before the hub confirmed the event (${why})`, false));
    for (const channel of this.#channels.values()) {
      channel.ready.promise.catch(() => {});
      channel.ready.reject(new LinkError(reason, `The link was closed (${why})`, channel.type));
      this.#over(channel);
    }
    this.#opened.reject(new LinkError(reason, `The hub can't be reached (${why})`));
    this.#idle?.resolve();
    this.#ended.resolve();
    if (FINAL.has(reason) && !this.#own.has("$close")) {
      console.warn(new LinkError(reason, why));
    }
    this.#notify("$close", { reason, message, retryIn: null });
  }

  /**
   * Ends it: waits for confirmations of what was published and for listeners that are at work, at most `closeTimeout`.
   *
   * @returns {Promise<void>} fulfilled when the link is closed
   */
  close() {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown() {
    if (this.#state === "closed") {
      return;
    }
    this.#state = "closing";
    const until = performance.now() + this.#options.closeTimeout;
    this.#idle = deferred();
    this.#checkIdle();
    await within(this.#options.closeTimeout, this.#idle.promise);
    this.#idle = undefined;
    if (this.#welcomed) {
      this.#say("$bye");
      await within(until - performance.now(), this.#ended.promise);
    }
    this.#end("bye", "");
  }

  #checkIdle() {
    if (this.#idle && this.pending === 0 && ![...this.#channels.values()].some((channel) => channel.underWay > 0)) {
      this.#idle.resolve();
    }
  }

  // What the hub says

  #event(frame) {
    if (this.#state !== "open") {
      return;
    }
    const channels = [];
    for (const number of Array.isArray(frame.sub) ? frame.sub : [frame.sub]) {
      const channel = this.#channels.get(number);
      if (channel) {
        channels.push([channel, ++channel.received]);
      }
    }
    const event = new RemoteEvent(frame.type, frame);
    let listeners = [];
    for (const [channel, number] of channels) {
      if (frame.position !== undefined) {
        channel.positions.set(number, frame.position);
      }
      if (!channel.handler) {
        listeners = listeners.concat(channel.listeners);
      }
    }
    if (listeners.length > 0) {
      listeners.sort((a, b) => b.capture - a.capture || a.order - b.order);
      this.#dispatch(event, listeners);
    }
    for (const [channel, number] of channels) {
      if (!channel.handler) {
        this.#settle(channel, number, channel.session);
      } else {
        this.#handle(channel, number, event);
      }
    }
  }

  #dispatch(event, listeners) {
    present.begin(event, this);
    for (const listener of listeners) {
      if (listener.removed) {
        continue;
      }
      if (listener.once) {
        this.#remove(listener);
      }
      try {
        call(listener.callback, this, event);
      } catch (error) {
        report(error);
      }
      if (present.stopped(event)) {
        break;
      }
    }
    present.end(event);
  }

  #handle(channel, number, event) {
    const { session } = channel;
    const refuse = (error) => this.#settle(channel, number, session, error ?? new Error("refused"));
    try {
      const result = call(channel.handler, this, event);
      if (typeof result?.then === "function") {
        result.then(() => this.#settle(channel, number, session), refuse);
        return;
      }
    } catch (error) {
      refuse(error);
      return;
    }
    this.#settle(channel, number, session);
  }

  #settle(channel, number, session, error) {
    if (channel.session !== session || channel.state === "over") {
      return;
    }
    channel.settle(number);
    if (error) {
      const message = String(error?.message ?? error).slice(0, 1024);
      const detail = { sub: channel.number, seq: number, message };
      this.#refusals.push({ channel, detail, ping: undefined });
      this.#say("$nack", detail);
      if (channel.options.retry === undefined && channel.options.deadLetter === undefined) {
        this.#fail(error);
      }
    }
    this.#due.add(channel);
    if (error || channel.unacked >= Math.max(1, channel.credit >> 2)) {
      this.#schedule();
    } else {
      this.#timers.ack ??= setTimeout(() => {
        this.#timers.ack = undefined;
        this.#schedule();
      }, ACK_DELAY_MS);
    }
    this.#checkIdle();
  }

  #subscribed(channel) {
    if (channel) {
      channel.answered = true;
      this.#answered(channel);
      channel.stood = true;
      if (channel.state === "asked") {
        channel.state = "stands";
      }
      channel.ready.resolve();
    }
  }

  #answered(channel) {
    if (this.#unanswered.delete(channel.number)) {
      this.#schedule();
    }
  }

  #over(channel) {
    if (channel) {
      this.#answered(channel);
      this.#channels.delete(channel.number);
      channel.state = "over";
      channel.over.resolve();
      this.#due.delete(channel);
      this.#refusals = this.#refusals.filter((refusal) => refusal.channel !== channel);
      this.#checkIdle();
    }
  }

  #gap(channel, missed) {
    if (channel) {
      this.#notify("$gap", { type: channel.type, missed });
    }
  }

  #error({ sub, seq, reason = "internal", message = "" }) {
    if (sub === undefined && seq === undefined) {
      this.#leave(reason, message);
      return;
    }
    const channel = this.#channels.get(sub);
    if (channel) {
      const error = new LinkError(reason, message, channel.type);
      channel.ready.promise.catch(() => {});
      channel.ready.reject(error);
      this.#over(channel);
      if (this.#byType.get(channel.type) === channel) {
        this.#byType.delete(channel.type);
      }
      this.#fail(error);
    }
  }

  // The target's own events

  #fail(error) {
    if (this.#own.has("$error")) {
      this.#notify("$error", error);
    } else {
      console.warn(error);
    }
  }

  #notify(type, detail) {
    const listeners = this.#own.get(type);
    if (listeners) {
      this.#dispatch(new RemoteEvent(type, { detail }), [...listeners]);
    }
  }

  // Sending

  #say(type, detail) {
    if (this.#welcomed) {
      this.#control.push(JSON.stringify({ type, detail }));
      this.#schedule();
    }
  }

  #schedule() {
    if (this.#welcomed && !this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => {
        this.#flushing = false;
        this.#flush();
      });
    }
  }

  #flush(publish = true) {
    if (!this.#welcomed || this.#socket.readyState !== OPEN) {
      return;
    }
    for (const channel of this.#due) {
      if (channel.unacked > 0) {
        const also = channel.late.filter((number) => number > channel.settled);
        this.#control.push(
          JSON.stringify({
            type: "$ack",
            detail: { sub: channel.number, to: channel.settled, also: also.length > 0 ? also : undefined },
          }),
        );
        channel.unacked = 0;
        channel.late.length = 0;
      }
    }
    this.#due.clear();
    if (this.#refusals.some(({ ping }) => ping === undefined)) {
      this.#ping();
      for (const refusal of this.#refusals) {
        refusal.ping ??= this.#pinged;
      }
    }
    while (true) {
      if (this.#socket.bufferedAmount > SOCKET_SIZE) {
        this.#timers.flush ??= setTimeout(() => {
          this.#timers.flush = undefined;
          this.#flush();
        }, SOCKET_POLL_MS);
        return;
      }
      const message = this.#nextMessage(publish);
      if (message === undefined) {
        return;
      }
      this.#socket.send(message);
      this.#sent = performance.now();
    }
  }

  #nextMessage(publish) {
    const { message: most = Infinity, batch = 1 } = this.#limits;
    const frames = this.#features.has("batch") ? batch : 1;
    const size = Math.min(MESSAGE_SIZE, most / 3 - 2);
    const parts = [];
    let length = 0;
    const [unanswered = Infinity] = this.#unanswered;
    let control = 0;
    const add = (json) => {
      parts.push(json);
      length += json.length + 1;
    };
    while (parts.length < frames && length < size) {
      const json = this.#control[control];
      if (json !== undefined) {
        if (parts.length > 0 && length + json.length + 1 > size) {
          break;
        }
        control++;
        add(json);
      } else {
        const entry = publish ? this.#publications.first : undefined;
        if (entry === undefined || entry.after >= unanswered || (parts.length > 0 && length + entry.json.length + 1 > size)) {
          break;
        }
        if (entry.json.length * 3 > most && new TextEncoder().encode(entry.json).length > most) {
          const message = `The event is larger than the ${most} bytes that the hub takes`;
          this.#publications.drop(new PublishError("codec", message, false));
          continue;
        }
        const skipped = this.#publications.skip();
        if (skipped > 0) {
          add(JSON.stringify({ type: "$skip", detail: { count: skipped } }));
        } else {
          add(this.#publications.take());
        }
      }
    }
    this.#control.splice(0, control);
    if (parts.length === 0) {
      return undefined;
    }
    return parts.length === 1 ? parts[0] : `[${parts.join(",")}]`;
  }
}

/**
 * Connects to a hub.
 *
 * @returns {RemoteEventTarget} usable at once: what is asked of it before the hub is reached is done then
 */
export function connect(url, options) {
  return new RemoteEventTarget(url, options);
}

function flatten(options) {
  return typeof options === "object" && options !== null
    ? { capture: Boolean(options.capture), once: Boolean(options.once), signal: options.signal }
    : { capture: Boolean(options), once: false, signal: undefined };
}

/** Calls back when the signal is aborted, until the function that is returned is called. */
function onAbort(signal, callback) {
  signal?.addEventListener("abort", callback, { once: true });
  return () => signal?.removeEventListener("abort", callback);
}

function call(listener, target, event) {
  return typeof listener === "function" ? listener.call(target, event) : listener.handleEvent(event);
}

function report(error) {
  if (typeof globalThis.reportError === "function") {
    globalThis.reportError(error);
  } else {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function checkPattern(type) {
  if (!PATTERN.test(type)) {
    throw new TypeError(
      `${JSON.stringify(type)}: a type is tokens of [A-Za-z0-9_-] joined by dots, of which * stands for any one and a > at the end for all that follow`,
    );
  }
}

function natural(name, value, least) {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${name}: ${value} is not a whole number of at least ${least}`);
  }
  return value;
}

function randomName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Waits for a promise, but not longer than so. */
async function within(millis, promise) {
  let timer;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, Math.max(0, millis))))]);
  clearTimeout(timer);
}

function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
