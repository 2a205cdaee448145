// SPDX-License-Identifier: MIT OR Apache-2.0

/** The types of events and what their details are: `interface Orders { "order.placed": Order }`. */
export type EventMap = object;

type Name<M> = keyof M & string;

/** Whether a topic's name is matched by a pattern: `*` stands for one token, a last `>` for one or more. */
type Matches<P extends string, T extends string> = P extends T
  ? true
  : P extends ">"
    ? true
    : P extends `${infer PHead}.${infer PTail}`
      ? T extends `${infer THead}.${infer TTail}`
        ? PHead extends "*" | THead
          ? Matches<PTail, TTail>
          : false
        : false
      : P extends "*"
        ? T extends `${string}.${string}`
          ? false
          : true
        : false;

type WithoutId<P extends string> = P extends `${infer N}:${string}` ? N : P;

/** The names of a map that a type or pattern matches. */
export type MatchingNames<M, P extends string> = {
  [K in Name<M>]: Matches<WithoutId<P>, K> extends true ? K : never;
}[Name<M>];

/** What the details of the events may be that a type or pattern matches; `any` where the map says nothing of it. */
export type DetailOf<M, P extends string> = [MatchingNames<M, P>] extends [never] ? any : M[MatchingNames<M, P>];

/** An event that came from the hub. Its `type` is the topic that it was published to, also for a listener to a pattern. */
export class RemoteEvent<D = any> extends CustomEvent<D> {
  constructor(type: string, init?: RemoteEventInit<D>);
  /** For deduplication, if the publisher gave one. */
  readonly id?: string;
  /** When it happened, in ISO 8601. */
  readonly time?: string;
  /** Who says so. */
  readonly source?: string;
  /** Texts by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where it stands in the hub's log, if there is one: for `from: {after: position}`. */
  readonly position?: string;
}

export interface RemoteEventInit<D = any> {
  detail?: D;
  id?: string;
  time?: string;
  source?: string;
  headers?: Record<string, string>;
  position?: string;
}

export type PublishReason =
  | "backpressure"
  | "not_connected"
  | "codec"
  | "unauthorized"
  | "unsupported_capability"
  | "closed"
  | "timeout"
  | "transport";

/** Why an event was not accepted. */
export class PublishError extends Error {
  constructor(reason: PublishReason, message: string, retryable: boolean);
  readonly reason: PublishReason;
  /** Whether to publish it again later may help. */
  readonly retryable: boolean;
}

export type LinkReason =
  | "bye"
  | "going_away"
  | "protocol"
  | "malformed"
  | "unauthorized"
  | "over_limit"
  | "too_large"
  | "internal"
  | "slow_consumer"
  | "overloaded"
  | "timeout"
  | "lost";

/** Why the hub refuses a subscription, or the link to it. */
export class LinkError extends Error {
  constructor(reason: LinkReason, message: string, type?: string);
  /** `lost` where the link broke or could not be opened. */
  readonly reason: LinkReason;
  /** The type of the subscription that is meant, if one is. */
  readonly type?: string;
}

export interface ConnectOptions {
  /** For a hub that asks for one; a function is called at each attempt to connect. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Constructs sockets, where there is no global `WebSocket`: in Node.js before version 22. */
  WebSocket?: new (url: string, protocols?: string[]) => unknown;
  /** The most events that the hub sends ahead to the listeners of a type; 2,048 unless given. */
  credit?: number;
  /** The most events that may wait to be confirmed by the hub; 16,384 unless given. */
  maxPending?: number;
  /** The most characters of JSON that these events may have together; 33,554,432 unless given. */
  maxPendingSize?: number;
  /** The first delay before connecting again, in milliseconds; 50 unless given. Each is twice as long as the last, less up to a half of it. */
  minDelay?: number;
  /** The longest such delay, in milliseconds; 5,000 unless given. */
  maxDelay?: number;
  /** How long the hub may take to answer, in milliseconds; 10,000 unless given. */
  connectTimeout?: number;
  /** How long `close()` waits, in milliseconds; 5,000 unless given. */
  closeTimeout?: number;
}

export interface PublishOptions {
  /** For deduplication: of two events with one id on one topic a hub that deduplicates drops the second. */
  id?: string;
  headers?: Record<string, string>;
  /** When it happened; now unless given. */
  time?: Date | string;
  source?: string;
}

export interface SubscribeOptions {
  /** Competing consumers: each event goes to one member of the group. */
  group?: string;
  /** Where to begin; `"latest"` unless given. All but `"latest"` need a hub with the capability `replay`. */
  from?: "latest" | "earliest" | { after: string } | { since: Date | string };
  /** The most events that may be under way at once, 64 unless given; 1 calls the listener for one after the other. */
  credit?: number;
  /** How often, and after how many milliseconds, an event comes again that was refused; delays double up to `most`. */
  retry?: { attempts: number; delay: number; most?: number };
  /** A type: where an event goes that was refused so often. */
  deadLetter?: string;
  /** Ends the subscription. */
  signal?: AbortSignal;
}

/** A subscription of its own on the wire, whose events are acknowledged when its listener is done with them. */
export class RemoteSubscription {
  private constructor();
  /** The type or pattern. */
  readonly type: string;
  /** Fulfilled when the hub has the subscription, rejected with a `LinkError` if it refuses it. */
  readonly ready: Promise<void>;
  /** The most events that may be under way at once; 0 stops the flow. */
  credit: number;
  /** Ends it; with `drain` only after the events that wait. Fulfilled when no more events come. */
  close(options?: { drain?: boolean }): Promise<void>;
}

/** What the target says of itself. These types never leave it. */
export interface LifecycleEventMap {
  /** The hub was reached. `resumed`: it still knew this client's session, and nothing was lost. */
  $open: { resumed: boolean; capabilities: readonly string[] };
  /** The link was lost, or could not be opened. `retryIn`: milliseconds to the next attempt; null if there is none. */
  $close: { reason: LinkReason; message: string; retryIn: number | null };
  /** A subscription or an event from `dispatchEvent` was refused, or a listener of `subscribe` failed. */
  $error: LinkError | PublishError | Error;
  /** Events of a subscription are missing: so many, if that is known. */
  $gap: { type: string; missed?: number };
}

type Listener<T, D> =
  | ((this: T, event: RemoteEvent<D>) => void)
  | { handleEvent(event: RemoteEvent<D>): void };

type SubscriptionListener<T, D> =
  | ((this: T, event: RemoteEvent<D>) => unknown)
  | { handleEvent(event: RemoteEvent<D>): unknown };

/**
 * An `EventTarget` whose events come from a hub and go to it.
 *
 * With a map of types, details are typed: `new RemoteEventTarget<Orders>("ws://localhost:8080/events")`.
 */
export class RemoteEventTarget<M extends EventMap = Record<string, any>> extends EventTarget {
  /** Connects in the background, and again when the link is lost. */
  constructor(url: string | URL, options?: ConnectOptions);

  /** Where the hub is. */
  readonly url: string;
  readonly readyState: "connecting" | "open" | "closing" | "closed";
  /** Fulfilled when the hub is reached for the first time, rejected with a `LinkError` if it does not let this client in. */
  readonly opened: Promise<void>;
  /** What the hub's target guarantees, such as `ordered` and `replay`; empty before it was reached. */
  readonly capabilities: readonly string[];
  /** How many events the hub has not confirmed yet. */
  readonly pending: number;

  /** Hears a type, all types that match a pattern, or one of the target's own types. */
  addEventListener<K extends keyof LifecycleEventMap>(
    type: K,
    listener: Listener<this, LifecycleEventMap[K]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<P extends string>(
    type: P | Name<M>,
    listener: Listener<this, DetailOf<M, P>> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;

  removeEventListener(
    type: string,
    listener: Listener<any, any> | EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;

  /**
   * Publishes an event. Whoever listens to its type hears it, this target's listeners included, when it comes from the hub.
   * Tells whether it was taken; if not, and when the hub refuses it, there is an `$error`.
   */
  dispatchEvent(event: Event): boolean;

  /** Publishes an event. Fulfilled when the hub's target has accepted it, rejected with a `PublishError`. */
  publish<K extends string>(type: K | Name<M>, detail: DetailOf<M, K>, options?: PublishOptions): Promise<void>;

  /**
   * Hears a type or pattern by a subscription of its own. An event is acknowledged when the listener has returned, or when the
   * promise that it returned is fulfilled; it is refused when the listener throws or the promise is rejected.
   */
  subscribe<P extends string>(
    type: P | Name<M>,
    listener: SubscriptionListener<this, DetailOf<M, P>>,
    options?: SubscribeOptions,
  ): RemoteSubscription;

  /** Ends it: waits for confirmations of what was published and for listeners that are at work, at most `closeTimeout`. */
  close(): Promise<void>;
}

/** Connects to a hub. What is asked of the target before the hub is reached is done then. */
export function connect<M extends EventMap = Record<string, any>>(
  url: string | URL,
  options?: ConnectOptions,
): RemoteEventTarget<M>;
