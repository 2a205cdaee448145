// Hubs to test with: a process that can make them listens at CONTROL_URL.
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../main/js/eventtarget.js";

async function ask(path, body = {}) {
  const response = await fetch(`${process.env.CONTROL_URL}/${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) {
    throw new Error(await response.text());
  }
  return response.json();
}

/** Makes a hub for a test, with the means to trouble its links. Targets that connect to it are closed with the test. */
export async function makeHub(t, options) {
  const { id, url } = await ask("hubs", options);
  const targets = [];
  t.after(() => Promise.all(targets.map((target) => target.close())));
  return {
    url,
    connect(connectOptions) {
      const target = connect(url, connectOptions);
      targets.push(target);
      return target;
    },
    cut: () => ask(`hubs/${id}/cut`),
    refuse: (value) => ask(`hubs/${id}/refuse`, { value }),
    silence: (value) => ask(`hubs/${id}/silence`, { value }),
    replace: () => ask(`hubs/${id}/replace`),
    restart: () => ask(`hubs/${id}/restart`),
    dispatch: (type, details, more = {}) => ask(`hubs/${id}/dispatch`, { type, details, ...more }),
    heard: () => ask(`hubs/${id}/heard`),
    status: () => ask(`hubs/${id}/status`),
  };
}

/** Waits until something is so. */
export async function until(condition, what = condition) {
  const end = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > end) {
      throw new Error(`Not within 60 s: ${what}`);
    }
    await sleep(5);
  }
}

/** The next event of a type. */
export function next(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

/** The numbers from 0 to below a bound. */
export function numbers(bound) {
  return Array.from({ length: bound }, (_, index) => index);
}
