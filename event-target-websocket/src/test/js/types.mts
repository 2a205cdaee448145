// What the declarations promise to users of TypeScript. Never run; checked, with no network in the build, by hand:
// npx -p typescript tsc --noEmit --strict --target es2022 --module nodenext --lib es2022,dom types.mts
import { connect, type DetailOf, PublishError, RemoteEvent, RemoteEventTarget } from "../../main/js/eventtarget.js";

interface Orders {
  "order.placed": { id: number; total: string };
  "order.cancelled": { id: number; why: string };
  "invoice.sent": string;
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};

same<DetailOf<Orders, "order.placed">, Orders["order.placed"]>(true);
same<DetailOf<Orders, "order.placed:42">, Orders["order.placed"]>(true);
same<DetailOf<Orders, "order.*">, Orders["order.placed"] | Orders["order.cancelled"]>(true);
same<DetailOf<Orders, "*.sent">, string>(true);
same<DetailOf<Orders, "order.>">, Orders["order.placed"] | Orders["order.cancelled"]>(true);
same<DetailOf<Orders, ">">, Orders[keyof Orders]>(true);
same<DetailOf<Orders, "*">, any>(true);
same<DetailOf<Record<string, any>, "order.placed">, any>(true);

const target = connect<Orders>("ws://localhost:8080/events", { token: async () => "secret" });
const plain: EventTarget = target;
plain.addEventListener("order.placed", (event: Event) => event.type);

target.addEventListener("order.placed", (event) => event.detail.total.length);
target.addEventListener("order.placed:42", (event) => event.detail.id.toFixed(), { once: true });
target.addEventListener("order.*", { handleEvent: (event) => event.detail.id });
target.addEventListener("$close", ({ detail }) => detail.retryIn?.toFixed());
target.addEventListener("$gap", ({ detail }) => detail.missed?.toFixed());
target.addEventListener("$error", ({ detail }) => detail instanceof PublishError && detail.retryable);
// @ts-expect-error: the detail has no such property
target.addEventListener("order.placed", (event: RemoteEvent<Orders["order.placed"]>) => event.detail.why);

await target.publish("order.placed", { id: 42, total: "9.50" }, { id: "a", headers: { trace: "1" } });
// @ts-expect-error: the detail is an order
await target.publish("order.placed", "9.50");
target.dispatchEvent(new CustomEvent("order.placed", { detail: { id: 42, total: "9.50" } }));

const subscription = target.subscribe("order.>", async (event) => event.detail.id, {
  group: "billing",
  from: { since: new Date() },
  credit: 1,
  retry: { attempts: 3, delay: 100 },
  deadLetter: "order.dead",
});
await subscription.ready;
subscription.credit = 2;
await subscription.close({ drain: true });

const untyped = new RemoteEventTarget("ws://localhost:8080/events");
untyped.addEventListener("anything.at.all", (event) => event.detail.whatever);
await untyped.publish("anything", 1);
await untyped.close();
