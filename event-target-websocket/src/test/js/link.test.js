import assert from "node:assert/strict";
import { test } from "node:test";
import { PublishError } from "../../main/js/eventtarget.js";
import { makeHub, next, numbers, until } from "./control.js";

test("what is published is confirmed, or refused with a reason", async (t) => {
  const hub = await makeHub(t, { forbidden: "secret", maxMessage: 4096 });
  const target = hub.connect();
  await target.publish("order.placed", { id: 1 });
  assert.deepEqual((await hub.heard()).map(({ detail }) => detail), [{ id: 1 }]);
  await assert.rejects(target.publish("secret", 1), { name: "PublishError", reason: "unauthorized", retryable: false });
  await assert.rejects(target.publish("order.placed", "x".repeat(5000)), { name: "PublishError", reason: "codec" });
  await assert.rejects(target.publish("order.placed", 1n), TypeError);
  const refused = next(target, "$error");
  assert.equal(target.dispatchEvent(new CustomEvent("secret", { detail: 1 })), true);
  assert.ok((await refused).detail instanceof PublishError);
  await target.publish("order.placed", { id: 2 });
  assert.equal(target.pending, 0);
});

test("what waits for confirmation is bounded", async (t) => {
  const hub = await makeHub(t);
  await hub.refuse(true);
  const target = hub.connect({ maxPending: 10, maxPendingSize: 2000 });
  const published = numbers(10).map((number) => target.publish("n", number));
  await assert.rejects(target.publish("n", 10), { reason: "backpressure", retryable: true });
  target.addEventListener("$error", () => {});
  assert.equal(target.dispatchEvent(new CustomEvent("n")), false);
  await hub.refuse(false);
  await Promise.all(published);
  await assert.rejects(target.publish("n", "x".repeat(2000)), { reason: "backpressure" });
  assert.deepEqual((await hub.heard()).map(({ detail }) => detail), numbers(10));
});

test("nothing is lost, doubled or out of order while the link is cut again and again", async (t) => {
  const hub = await makeHub(t);
  const [publisher, listener] = [hub.connect(), hub.connect()];
  const heard = [];
  let resumed = 0;
  const handled = [];
  listener.addEventListener("n", ({ detail }) => heard.push(detail));
  const subscription = listener.subscribe("n", async ({ detail }) => handled.push(detail), { credit: 8 });
  listener.addEventListener("$open", ({ detail }) => (resumed += detail.resumed ? 1 : 0));
  await subscription.ready;
  const published = [];
  for (let number = 0; number < 3000; number++) {
    published.push(publisher.publish("n", number));
    if (number % 100 === 99) {
      await published[number - 50];
    }
    if (number % 600 === 599) {
      await hub.cut();
    }
  }
  await Promise.all(published);
  await until(() => heard.length >= 3000 && handled.length >= 3000);
  assert.deepEqual(heard, numbers(3000));
  assert.deepEqual(handled, numbers(3000));
  assert.deepEqual((await hub.heard()).map(({ detail }) => detail), numbers(3000));
  assert.ok(resumed >= 1, `resumed ${resumed} times`);
});

test("goes on at the position that it had when the hub has forgotten the session", async (t) => {
  const hub = await makeHub(t, { memory: "&history=10000&dedup=10000" });
  const target = hub.connect();
  const heard = [];
  target.addEventListener("$gap", ({ detail }) => assert.fail(JSON.stringify(detail)));
  target.addEventListener("n", ({ detail }) => heard.push(detail));
  await target.publish("n", 0);
  await until(() => heard.length === 1);
  const published = numbers(500).map((number) => target.publish("n", number + 1));
  await hub.replace();
  await Promise.all(published);
  await hub.dispatch("n", [501]);
  await until(() => heard.includes(501));
  assert.deepEqual([...new Set(heard)], numbers(502));
  assert.deepEqual((await hub.heard()).map(({ detail }) => detail), numbers(502));
});

test("what was accepted is not published again in another session, though its confirmation was lost", async (t) => {
  class Deaf extends WebSocket {
    set onmessage(listener) {
      super.onmessage = listener && ((event) => {
        const frames = [JSON.parse(event.data)].flat().filter(({ type }) => type !== "$ack" || !Deaf.deaf);
        listener({ data: JSON.stringify(frames) });
      });
    }
  }
  const hub = await makeHub(t, { memory: "&dedup=1000", forbidden: "secret" });
  const target = hub.connect({ WebSocket: Deaf });
  await target.publish("n", 0);
  Deaf.deaf = true;
  const published = [target.publish("n", 1)];
  for (let number = 0; number < 2; number++) {
    await assert.rejects(target.publish("secret", number), { reason: "unauthorized" });
  }
  published.push(target.publish("n", 2), target.publish("n", 3));
  await until(async () => (await hub.heard()).length === 4);
  Deaf.deaf = false;
  await hub.replace();
  await Promise.all(published);
  await target.publish("n", 4);
  assert.deepEqual((await hub.heard()).map(({ detail }) => detail), numbers(5));
});

test("says that events may be missing when the hub has forgotten the session and keeps no log", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  const heard = [];
  target.addEventListener("n", ({ detail }) => heard.push(detail));
  await target.publish("n", 0);
  await until(() => heard.length === 1);
  const gap = next(target, "$gap");
  await hub.replace();
  assert.deepEqual((await gap).detail, { type: "n", missed: undefined });
  await target.publish("n", 1);
  await until(() => heard.length === 2);
});

test("says how many events are missing that the hub could not keep", async (t) => {
  const hub = await makeHub(t, { queued: 100 });
  const target = hub.connect({ minDelay: 300 });
  const heard = [];
  let missed = 0;
  target.addEventListener("n", ({ detail }) => heard.push(detail));
  target.addEventListener("$gap", ({ detail }) => (missed += detail.missed));
  await target.publish("n", -1);
  await until(() => heard.length === 1);
  await hub.refuse(true);
  await until(async () => (await hub.status()).links === 0);
  await hub.dispatch("n", numbers(1000));
  await hub.refuse(false);
  await until(() => heard.includes(999));
  assert.equal(heard.length + missed, 1001);
  assert.ok(missed >= 900, `${missed}`);
});

test("closing the hub closes the link in good order, and the target comes again", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  await target.opened;
  const closed = next(target, "$close");
  const opened = next(target, "$open");
  await hub.restart();
  const { detail } = await closed;
  assert.equal(detail.reason, "going_away");
  assert.ok(detail.retryIn <= 50, `${detail.retryIn}`);
  assert.equal((await opened).detail.resumed, false);
});

test("finds out that the link is dead", async (t) => {
  const hub = await makeHub(t, { heartbeat: 100 });
  const target = hub.connect();
  await target.opened;
  const closed = next(target, "$close");
  await hub.silence(true);
  assert.equal((await closed).detail.reason, "timeout");
  const opened = next(target, "$open");
  await hub.silence(false);
  await hub.cut();
  await opened;
});

test("stays connected where nothing is to be said", async (t) => {
  const hub = await makeHub(t, { heartbeat: 3000 });
  const target = hub.connect();
  await target.opened;
  const closed = [];
  target.addEventListener("$close", ({ detail }) => closed.push(detail));
  // again where the machine stood still for so long that either side had to take the other for dead
  for (let worst = Infinity; worst > 3000; ) {
    const begun = performance.now();
    let last = begun;
    closed.length = 0;
    worst = 0;
    await until(async () => {
      await hub.status();
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
      return last - begun > 3 * 3000;
    });
  }
  assert.deepEqual(closed, []);
  assert.equal((await hub.status()).links, 1);
});

test("gives its token, and is told if it is wrong", async (t) => {
  const hub = await makeHub(t, { token: "secret" });
  const good = hub.connect({ token: async () => "secret" });
  await good.publish("n", 1);
  for (const token of [undefined, "wrong"]) {
    const bad = hub.connect({ token });
    const closed = next(bad, "$close");
    await assert.rejects(bad.opened, { name: "LinkError", reason: "unauthorized" });
    assert.equal((await closed).detail.retryIn, null);
    assert.equal(bad.readyState, "closed");
    await assert.rejects(bad.publish("n", 1), { reason: "closed", retryable: false });
  }
});

test("a token that can't be had is asked for again", async (t) => {
  const hub = await makeHub(t, { token: "secret" });
  let asked = 0;
  const target = hub.connect({
    token() {
      asked++;
      if (asked < 3) {
        throw new Error("the token service does not answer");
      }
      return "secret";
    },
  });
  const closed = next(target, "$close");
  await target.opened;
  assert.match((await closed).detail.message, /token service/);
  assert.equal(asked, 3);
});

test("connects as soon as the hub is there", async (t) => {
  const hub = await makeHub(t);
  await hub.refuse(true);
  const target = hub.connect();
  const heard = next(target, "n");
  const published = target.publish("n", 1);
  const { detail } = await next(target, "$close");
  assert.equal(detail.reason, "lost");
  assert.equal(target.readyState, "connecting");
  await hub.refuse(false);
  await published;
  assert.equal((await heard).detail, 1);
});

test("close waits for confirmations and for listeners that are at work", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect();
  let release;
  let done = false;
  const subscription = target.subscribe("job", async () => {
    await new Promise((resolve) => (release = resolve));
    done = true;
  });
  await subscription.ready;
  await hub.dispatch("job", [1]);
  await until(() => release);
  const published = numbers(100).map((number) => target.publish("n", number));
  const closed = target.close();
  assert.equal(target.readyState, "closing");
  assert.equal(target.close(), closed);
  await Promise.all(published);
  assert.equal(done, false);
  release();
  await closed;
  assert.equal(done, true);
  assert.equal(target.readyState, "closed");
  // the hub may still be at the closing that it has answered
  await until(async () => {
    const { links, sessions } = await hub.status();
    return links === 0 && sessions === 0;
  });
  await assert.rejects(target.publish("n", 1), { reason: "closed" });
  assert.throws(() => target.subscribe("job", () => {}), { name: "LinkError", reason: "bye" });
  target.addEventListener("n", () => assert.fail("closed targets hear nothing"));
});

test("close gives up in time where the hub does not answer", async (t) => {
  const hub = await makeHub(t);
  const target = hub.connect({ closeTimeout: 200 });
  await target.opened;
  await hub.silence(true);
  const published = assert.rejects(target.publish("n", 1), { reason: "closed" });
  await target.close();
  await published;
  await hub.cut();
});

test("closes while it is connecting", async (t) => {
  const hub = await makeHub(t);
  await hub.refuse(true);
  const target = hub.connect();
  await target.close();
  assert.equal(target.readyState, "closed");
  await assert.rejects(target.opened, { name: "LinkError", reason: "bye" });
});
