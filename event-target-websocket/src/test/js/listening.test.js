import assert from "node:assert/strict";
import { test } from "node:test";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { LinkError, RemoteEvent, RemoteEventTarget } from "../../main/js/eventtarget.js";
import { makeHub, next, numbers, until } from "./control.js";
import { ownStory, remoteStory } from "./semantics.js";

test("does what the platform's own EventTarget does", async (t) => {
  const hub = await makeHub(t);
  assert.deepEqual(await remoteStory(hub.connect()), await ownStory());
});

test("an event has its metadata", async (t) => {
  const hub = await makeHub(t, { memory: "&history=100" });
  const target = hub.connect();
  const heard = next(target, "order.placed");
  await target.publish("order.placed:42", { id: 42 }, { id: "a", headers: { trace: "1" }, source: "shop", time: new Date(0) });
  const event = await heard;
  assert.ok(event instanceof RemoteEvent);
  assert.equal(event.type, "order.placed:42");
  assert.deepEqual(event.detail, { id: 42 });
  assert.equal(event.id, "a");
  assert.equal(event.source, "shop");
  assert.equal(Date.parse(event.time), 0);
  assert.deepEqual({ ...event.headers }, { trace: "1" });
  assert.equal(typeof event.position, "string");
});

test("an event that is passed on keeps its metadata", async (t) => {
  const [hub, other] = [await makeHub(t), await makeHub(t)];
  const [from, to] = [hub.connect(), other.connect()];
  from.addEventListener("order.placed", (event) => to.dispatchEvent(event));
  const heard = next(to, "order.placed");
  await from.publish("order.placed", 1, { id: "a", headers: { trace: "1" }, time: new Date(0) });
  const event = await heard;
  assert.equal(event.target, to);
  assert.equal(event.id, "a");
  assert.deepEqual({ ...event.headers }, { trace: "1" });
  assert.equal(Date.parse(event.time), 0);
});

test("a pattern hears what it matches, in the order of registration", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const heard = [];
  for (const type of ["order.*", "order.placed", "order.placed:42", ">", "*.placed", "order.placed:7", "invoice.>", "order.>"]) {
    target.addEventListener(type, (event) => heard.push(`${type} ${event.type}`));
  }
  await target.publish("order.placed:42", 1);
  await target.publish("order.line.added", 2);
  await until(() => heard.length === 8);
  assert.deepEqual(heard, [
    "order.* order.placed:42",
    "order.placed order.placed:42",
    "order.placed:42 order.placed:42",
    "> order.placed:42",
    "*.placed order.placed:42",
    "order.> order.placed:42",
    "> order.line.added",
    "order.> order.line.added",
  ]);
});

test("subscribes with the first listener of a type and unsubscribes with the last", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const subscriptions = async () => (await hub.status()).subscriptions;
  const [a, b] = [() => {}, () => {}];
  target.addEventListener("order.placed", a);
  target.addEventListener("order.placed", b);
  target.addEventListener("order.*", a);
  await until(async () => (await subscriptions()) === 2);
  target.removeEventListener("order.placed", a);
  target.removeEventListener("order.*", a);
  await until(async () => (await subscriptions()) === 1);
  const aborter = new AbortController();
  target.addEventListener("order.cancelled", a, { signal: aborter.signal });
  target.addEventListener("order.once", a, { once: true });
  await until(async () => (await subscriptions()) === 3);
  aborter.abort();
  await target.publish("order.once", 1);
  await until(async () => (await subscriptions()) === 1);
  target.removeEventListener("order.placed", b);
  await until(async () => (await subscriptions()) === 0);
});

test("refuses types that are none", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  for (const wrong of ["", "order placed", "order..placed", "order.>.x", "a*"]) {
    assert.throws(() => target.addEventListener(wrong, () => {}), TypeError, wrong);
    assert.throws(() => target.subscribe(wrong, () => {}), TypeError, wrong);
  }
  for (const wrong of ["order.*", ">", "$open", "", "order placed"]) {
    assert.throws(() => target.dispatchEvent(new Event(wrong)), TypeError, wrong);
    await assert.rejects(target.publish(wrong, 1), TypeError, wrong);
  }
  assert.throws(() => target.subscribe("order.placed", {}), TypeError);
  assert.throws(() => target.subscribe("order.placed", () => {}, { credit: -1 }), RangeError);
  assert.throws(() => new RemoteEventTarget("ftp://localhost/"), TypeError);
  assert.throws(() => new RemoteEventTarget(hub.url, { maxPending: 0 }), RangeError);
});

test("what a listener throws does not keep others from hearing", async (t) => {
  const hub = await makeHub(t);
  const client = new URL("../../main/js/eventtarget.js", import.meta.url);
  const script = `
    import { connect } from ${JSON.stringify(client.href)};
    const target = connect(${JSON.stringify(hub.url)});
    process.on("uncaughtException", (error) => console.log("reported", error.message));
    target.addEventListener("order.placed", () => { throw new Error("no"); });
    target.addEventListener("order.placed", () => console.log("heard"));
    await target.publish("order.placed", 1);
    target.addEventListener("order.placed", () => target.close(), { once: true });
    await target.publish("order.placed", 2);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv.filter((arg) => arg.includes("websocket")), "--input-type=module", "-e", script]);
  assert.deepEqual(stdout.trim().split("\n").sort(), ["heard", "heard", "reported no", "reported no"]);
});

test("a subscription acknowledges what its listener has handled", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const open = [];
  let most = 0;
  let count = 0;
  const subscription = target.subscribe(
    "job",
    () => {
      count++;
      return new Promise((resolve) => {
        open.push(resolve);
        most = Math.max(most, open.length);
      });
    },
    { credit: 3 },
  );
  await subscription.ready;
  await hub.dispatch("job", numbers(30));
  while (count < 30) {
    await until(() => open.length === 3 || count === 30);
    open.splice(Math.floor(Math.random() * open.length), 1)[0]();
  }
  open.forEach((resolve) => resolve());
  assert.equal(most, 3);
  await subscription.close();
  assert.equal((await hub.status()).subscriptions, 0);
});

test("what a subscription refuses comes again, and then goes to the dead letters", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const attempts = [];
  const letters = [];
  target.addEventListener("job.dead", (event) => letters.push(event));
  const subscription = target.subscribe(
    "job",
    async ({ detail }) => {
      attempts.push(detail);
      if (detail % 2 === 1) {
        throw new Error(`no ${detail}`);
      }
    },
    { retry: { attempts: 3, delay: 1 }, deadLetter: "job.dead" },
  );
  await subscription.ready;
  await hub.dispatch("job", [0, 1, 2]);
  await until(() => letters.length === 1 && attempts.length === 5);
  assert.equal(letters[0].detail, 1);
  assert.deepEqual([...attempts].sort(), [0, 1, 1, 1, 2]);
  assert.ok(JSON.stringify(letters[0].headers).includes("no 1"), JSON.stringify(letters[0].headers));
});

test("without a retry a refused event is done with and reported", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const heard = [];
  const subscription = target.subscribe(
    "job",
    ({ detail }) => {
      heard.push(detail);
      if (detail === 0) {
        throw new Error("no");
      }
    },
    { credit: 1 },
  );
  await subscription.ready;
  const failed = next(target, "$error");
  await hub.dispatch("job", [0, 1]);
  assert.equal((await failed).detail.message, "no");
  await until(() => heard.length === 2);
});

test("each event goes to one member of a group", async (t) => {
  const hub = await makeHub(t);
  const members = numbers(3).map(() => ({ target: hub.connect(), heard: [] }));
  await Promise.all(
    members.map(
      ({ target, heard }) => target.subscribe("job", ({ detail }) => heard.push(detail), { group: "workers", credit: 1 }).ready,
    ),
  );
  await hub.dispatch("job", numbers(300));
  await until(() => members.reduce((sum, { heard }) => sum + heard.length, 0) === 300);
  assert.deepEqual(members.flatMap(({ heard }) => heard).sort((a, b) => a - b), numbers(300));
});

test("a member that leaves its group finishes what it has begun", async (t) => {
  const hub = await makeHub(t);
  const [leaving, staying] = [hub.connect(), hub.connect()];
  const heard = [];
  const open = [];
  const first = leaving.subscribe(
    "job",
    async ({ detail }) => {
      await new Promise((resolve) => open.push(resolve));
      heard.push(detail);
    },
    { group: "workers", credit: 4 },
  );
  await first.ready;
  const dispatched = hub.dispatch("job", numbers(20));
  await until(() => open.length === 4);
  const second = staying.subscribe("job", ({ detail }) => heard.push(detail), { group: "workers" });
  await second.ready;
  const closed = first.close();
  await until(() => heard.length === 16);
  open.forEach((resolve) => resolve());
  await Promise.all([closed, dispatched]);
  assert.deepEqual([...heard].sort((a, b) => a - b), numbers(20));
  assert.deepEqual(heard.slice(16), numbers(4));
});

test("a subscription may begin in the past", async (t) => {
  const hub = await makeHub(t, { memory: "&history=100" });
  await hub.dispatch("log", numbers(10));
  const target = hub.connect();
  const heard = [];
  let position;
  const subscription = target.subscribe(
    "log",
    (event) => {
      heard.push(event.detail);
      position = event.detail === 4 ? event.position : position;
    },
    { from: "earliest" },
  );
  await until(() => heard.length === 10);
  assert.deepEqual(heard, numbers(10));
  await subscription.close();
  heard.length = 0;
  const later = target.subscribe("log", (event) => heard.push(event.detail), { from: { after: position } });
  await until(() => heard.length === 5);
  assert.deepEqual(heard, [5, 6, 7, 8, 9]);
  await later.close();
});

test("the flow of a subscription may be stopped and set free", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const heard = [];
  const subscription = target.subscribe("job", ({ detail }) => heard.push(detail), { credit: 0 });
  await subscription.ready;
  await hub.dispatch("job", numbers(10));
  await target.publish("other", 1);
  assert.deepEqual(heard, []);
  subscription.credit = 2;
  await until(() => heard.length === 10);
  assert.deepEqual(heard, numbers(10));
});

test("a subscription that drains hears what waits", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const heard = [];
  const subscription = target.subscribe(
    "job",
    async ({ detail }) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      heard.push(detail);
    },
    { credit: 1 },
  );
  await subscription.ready;
  await hub.dispatch("job", numbers(10));
  await subscription.close({ drain: true });
  assert.deepEqual(heard, numbers(10));
});

test("a subscription ends with its signal", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const aborter = new AbortController();
  const subscription = target.subscribe("job", () => {}, { signal: aborter.signal });
  await subscription.ready;
  aborter.abort();
  await subscription.close();
  assert.equal((await hub.status()).subscriptions, 0);
  assert.throws(() => target.subscribe("job", () => {}, { signal: aborter.signal }), { name: "AbortError" });
});

test("a subscription that is not allowed is refused, and the link goes on", async (t) => {
  const hub = await makeHub(t, { forbidden: "secret" });
  const target = hub.connect();
  const refused = next(target, "$error");
  target.addEventListener("secret", () => assert.fail("heard a secret"));
  const { detail: error } = await refused;
  assert.ok(error instanceof LinkError);
  assert.equal(error.reason, "unauthorized");
  assert.equal(error.type, "secret");
  await assert.rejects(target.subscribe("secret", () => {}).ready, { name: "LinkError", reason: "unauthorized" });
  const heard = next(target, "public");
  await target.publish("public", 1);
  assert.equal((await heard).detail, 1);
});

test("a hub that can't replay says so", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  target.addEventListener("$error", () => {});
  await assert.rejects(target.subscribe("log", () => {}, { from: "earliest" }).ready, { reason: "unsupported_capability" });
  assert.ok(!target.capabilities.includes("replay"));
  assert.ok(target.capabilities.includes("ordered"));
});
