// SPDX-License-Identifier: MIT OR Apache-2.0
import { connect } from "./eventtarget.js";

const MAX_EVENTS = 500;
const MAX_ROWS = 200;
const MAX_TYPES = 100;
const MAX_SPOKES = 100;
const SECONDS = 60;
const TYPE_SECONDS = 30;
const STATUS_MS = 2_000;
const RENDER_MS = 100;

const path = document.querySelector("meta[name=eventtarget-path]").content;
const element = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hour12: false,
});

let target;
let token;

/** Makes an element with attributes and children; text is never read as HTML. */
function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// The link

function open() {
  const opened = connect(new URL(path, location.href), { token: () => token });
  target = opened;
  element("url").textContent = opened.url;
  opened.addEventListener("$open", () => {
    state("open", "Live");
    poll();
  });
  opened.addEventListener("$close", ({ detail: { reason, message, retryIn } }) => {
    if (opened !== target) {
      return;
    }
    if (retryIn !== null) {
      state("connecting", `Connecting again (${reason.replace("_", " ")})`);
    } else if (reason === "unauthorized") {
      state("closed", "A token is needed");
      element("login-why").textContent = token === undefined ? "" : message;
      element("login").showModal();
    } else {
      state("closed", `Closed: ${message || reason}`);
    }
  });
  opened.addEventListener("$gap", ({ detail }) => events.gap(detail));
  opened.addEventListener("$error", ({ detail: error }) => {
    if (error.type === listening) {
      listenError(error.message);
    }
  });
  opened.addEventListener(listening, heard);
}

function state(name, text) {
  const shown = element("state");
  shown.dataset.state = name;
  shown.textContent = text;
}

element("login").addEventListener("submit", (event) => {
  event.preventDefault();
  element("login").close();
  token = element("token").value.trim();
  element("token").value = "";
  state("connecting", "Connecting");
  open();
});
element("login").addEventListener("cancel", (event) => event.preventDefault());

// What is listened to

let listening = ">";

function heard(event) {
  types.count(event.type);
  events.add(event);
}

function listenError(message) {
  const shown = element("listen-error");
  shown.textContent = message;
  shown.hidden = message === "";
  element("pattern").setAttribute("aria-invalid", String(message !== ""));
}

function listen() {
  const pattern = element("pattern").value.trim();
  if (pattern === listening) {
    return;
  }
  try {
    target.addEventListener(pattern, heard);
  } catch (error) {
    listenError(error.message);
    return;
  }
  target.removeEventListener(listening, heard);
  listening = pattern;
  listenError("");
}

element("listen").addEventListener("submit", (event) => {
  event.preventDefault();
  listen();
});
element("pattern").addEventListener("change", listen);

// Events: those that were heard last, of which the newest that pass the filter are shown

const events = {
  kept: [],
  fresh: [],
  paused: false,
  missed: 0,
  scheduled: false,
  rendered: 0,
  test: () => true,

  add(event) {
    this.push({ type: event.type, event, text: JSON.stringify(event.detail) });
  },

  gap({ type, missed }) {
    this.push({ type, missing: `${missed === undefined ? "Some" : whole.format(missed)} events of ${type} are missing here` });
  },

  push(entry) {
    entry.at = Date.now();
    this.kept.push(entry);
    if (this.kept.length > 2 * MAX_EVENTS) {
      this.kept.splice(0, this.kept.length - MAX_EVENTS);
    }
    this.fresh.push(entry);
    if (this.fresh.length > 2 * MAX_ROWS) {
      this.fresh.splice(0, this.fresh.length - MAX_ROWS);
    }
    this.missed++;
    this.schedule();
  },

  schedule() {
    if (this.scheduled) {
      return;
    }
    this.scheduled = true;
    const wait = Math.max(0, this.rendered + RENDER_MS - performance.now());
    setTimeout(() => {
      requestAnimationFrame(() => {
        this.scheduled = false;
        this.rendered = performance.now();
        this.render();
      });
    }, wait);
  },

  render() {
    if (this.paused) {
      this.note();
      return;
    }
    this.missed = 0;
    const rows = this.fresh.filter(this.test).slice(-MAX_ROWS).reverse().map((entry) => row(entry, true));
    this.fresh = [];
    const list = element("events");
    list.prepend(...rows);
    while (list.childElementCount > MAX_ROWS) {
      list.lastElementChild.remove();
    }
    this.note();
  },

  renderAll() {
    this.fresh = [];
    this.missed = 0;
    const shown = this.kept.filter(this.test).slice(-MAX_ROWS).reverse();
    element("events").replaceChildren(...shown.map((entry) => row(entry, false)));
    this.note();
  },

  note() {
    const rows = element("events").childElementCount;
    const kept = Math.min(this.kept.length, MAX_EVENTS);
    element("shown").textContent = this.paused
      ? `paused, ${compact.format(this.missed)} new`
      : kept === 0
        ? ""
        : `${rows === MAX_ROWS ? `the newest ${MAX_ROWS}` : rows} of the last ${kept}`;
    const empty = element("empty");
    empty.hidden = rows > 0;
    empty.textContent = kept === 0 ? "No events yet. Publish one with the form." : "None of the last events passes the filter.";
  },
};

function row({ type, event, text, at, missing }, fresh) {
  if (missing !== undefined) {
    return make("li", {}, make("p", { class: "gap" }, missing));
  }
  const summary = make(
    "summary",
    {},
    make("time", { datetime: new Date(at).toISOString() }, clock.format(at)),
    make("span", { class: "type", title: type }, type),
    make("code", {}, text.slice(0, 400)),
  );
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) {
      details.append(more(event));
    }
  });
  return make("li", fresh ? { class: "new" } : {}, details);
}

function more({ detail, id, time, source, headers, position }) {
  const list = make("dl");
  const attributes = { id, time, source, position };
  for (const [name, value] of [...Object.entries(attributes), ...Object.entries(headers)]) {
    if (value !== undefined) {
      list.append(make("dt", {}, name), make("dd", {}, String(value)));
    }
  }
  return make("div", { class: "more" }, make("pre", { tabindex: "0" }, JSON.stringify(detail, null, 2)), list);
}

element("pause").addEventListener("click", ({ currentTarget: button }) => {
  events.paused = !events.paused;
  button.setAttribute("aria-pressed", String(events.paused));
  button.textContent = events.paused ? "Go on" : "Pause";
  if (events.paused) {
    events.missed = 0;
    events.note();
  } else {
    events.renderAll();
  }
});

element("clear").addEventListener("click", () => {
  events.kept = [];
  events.renderAll();
});

element("filter").addEventListener("input", ({ currentTarget: input }) => {
  filter(input.value.trim());
});

/** A type or pattern filters by type, other texts by what the event has in it. */
function filter(text) {
  const wanted = text.toLowerCase();
  const pattern = /[*>]/.test(text) ? matcher(text) : undefined;
  if (text === "") {
    events.test = () => true;
  } else if (pattern) {
    events.test = ({ type }) => pattern.test(type);
  } else if (types.known.has(text)) {
    events.test = ({ type }) => type === text || type.startsWith(`${text}:`);
  } else {
    events.test = (entry) => entry.type.toLowerCase().includes(wanted) || Boolean(entry.text?.toLowerCase().includes(wanted));
  }
  types.select(text);
  events.renderAll();
}

function matcher(pattern) {
  const [name, ...id] = pattern.split(":");
  const source = name
    .split(".")
    .map((token) => (token === "*" ? "[\\w-]+" : token === ">" ? "[\\w.-]+" : escape(token)))
    .join("\\.");
  return new RegExp(`^${source}${id.length > 0 ? escape(`:${id.join(":")}`) : "(:.*)?"}$`, "s");
}

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

// Types and rates

class Rate {
  count = 0;
  now = 0;

  constructor(seconds) {
    this.seconds = new Array(seconds).fill(0);
  }

  add() {
    this.count++;
    this.now++;
  }

  tick() {
    this.seconds.shift();
    this.seconds.push(this.now);
    this.now = 0;
  }

  get last() {
    return this.seconds[this.seconds.length - 1];
  }

  /** The bars of a chart, as the path of an SVG. */
  bars(width, height) {
    const most = Math.max(1, ...this.seconds);
    const step = width / this.seconds.length;
    return this.seconds
      .map((value, index) => {
        const tall = value === 0 ? 0.5 : Math.max(1.5, (value / most) * height);
        return `M${(index * step).toFixed(2)} ${height}v${(-tall).toFixed(2)}h${(step * 0.7).toFixed(2)}V${height}z`;
      })
      .join("");
  }
}

const SVG = "http://www.w3.org/2000/svg";
const total = new Rate(SECONDS);

const types = {
  known: new Map(),

  count(topic) {
    total.add();
    const colon = topic.indexOf(":");
    const name = colon < 0 ? topic : topic.slice(0, colon);
    let entry = this.known.get(name);
    if (!entry) {
      if (this.known.size >= MAX_TYPES) {
        return;
      }
      entry = this.entry(name);
      this.known.set(name, entry);
      const after = [...this.known.keys()].filter((other) => other > name).sort()[0];
      element("types").tBodies[0].insertBefore(entry.row, this.known.get(after)?.row ?? null);
      element("types-seen").append(make("option", { value: name }));
    }
    entry.rate.add();
  },

  entry(name) {
    const button = make("button", { type: "button", "aria-pressed": "false", title: name }, name);
    button.addEventListener("click", () => {
      const input = element("filter");
      input.value = input.value.trim() === name ? "" : name;
      filter(input.value);
    });
    const chart = document.createElementNS(SVG, "svg");
    chart.setAttribute("viewBox", "0 0 90 18");
    chart.setAttribute("aria-hidden", "true");
    const bars = document.createElementNS(SVG, "path");
    chart.append(bars);
    const second = make("td", { class: "number" });
    const count = make("td", { class: "number" });
    const tr = make("tr", {}, make("th", { scope: "row" }, button), make("td", {}, chart), second, count);
    return { row: tr, button, bars, second, countCell: count, rate: new Rate(TYPE_SECONDS) };
  },

  select(name) {
    for (const [other, { button }] of this.known) {
      button.setAttribute("aria-pressed", String(other === name));
    }
  },

  tick() {
    total.tick();
    element("rate").textContent = whole.format(total.last);
    element("rate-chart").firstElementChild.setAttribute("d", total.bars(240, 40));
    for (const { bars, second, countCell, rate } of this.known.values()) {
      rate.tick();
      bars.setAttribute("d", rate.bars(90, 18));
      second.textContent = whole.format(rate.last);
      countCell.textContent = compact.format(rate.count);
      countCell.title = whole.format(rate.count);
    }
  },
};

setInterval(() => types.tick(), 1_000);
types.tick();

// Publishing

function problem(id, message) {
  const shown = element(`${id}-error`);
  shown.textContent = message;
  shown.hidden = message === "";
  element(id).setAttribute("aria-invalid", String(message !== ""));
}

function parseDetail() {
  try {
    const detail = JSON.parse(element("detail").value);
    problem("detail", "");
    return { detail };
  } catch (error) {
    problem("detail", `Not JSON: ${error.message}`);
    return undefined;
  }
}

element("detail").addEventListener("input", parseDetail);
element("detail").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    element("publish").requestSubmit();
  }
});
element("type").addEventListener("input", () => problem("type", ""));

element("publish").addEventListener("submit", async (event) => {
  event.preventDefault();
  const type = element("type").value.trim();
  const outcome = element("outcome");
  outcome.textContent = "";
  if (type === "") {
    problem("type", "The event needs a type, such as order.placed");
    element("type").focus();
    return;
  }
  const parsed = parseDetail();
  if (!parsed) {
    element("detail").focus();
    return;
  }
  try {
    const begun = performance.now();
    await target.publish(type, parsed.detail);
    outcome.dataset.outcome = "accepted";
    outcome.textContent = `${type} was accepted after ${Math.max(1, Math.round(performance.now() - begun))} ms`;
  } catch (error) {
    if (error instanceof TypeError) {
      problem("type", error.message);
      element("type").focus();
      return;
    }
    outcome.dataset.outcome = "refused";
    outcome.textContent = `Refused (${error.reason}): ${error.message}`;
  }
});

// The hub's status

let polling = false;

async function poll() {
  if (polling || document.hidden || target.readyState !== "open") {
    return;
  }
  polling = true;
  try {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const response = await fetch(`${path}/status`, { headers, cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (!response.ok) {
      throw new Error(`the hub answered ${response.status}`);
    }
    status(await response.json());
  } catch (error) {
    element("spokes-note").textContent = `not known: ${error.message}`;
  } finally {
    polling = false;
  }
}

function status({ links, sessions, published, delivered, dropped, refused, slow }) {
  const figures = { links: links.length, published, delivered, dropped, refused, slow };
  for (const [name, value] of Object.entries(figures)) {
    const figure = element(`figure-${name}`);
    figure.textContent = value < 10_000 ? whole.format(value) : compact.format(value);
    figure.title = whole.format(value);
  }
  const notes = [];
  if (links.length > MAX_SPOKES) {
    notes.push(`the first ${MAX_SPOKES} of ${whole.format(links.length)}`);
  }
  if (sessions > 0) {
    notes.push(`${whole.format(sessions)} ${sessions === 1 ? "session waits" : "sessions wait"} to be resumed`);
  }
  element("spokes-note").textContent = notes.join(", ");
  const rows = links.slice(0, MAX_SPOKES).map((link) =>
    make(
      "tr",
      {},
      make("td", {}, link.peer || "anonymous"),
      make("td", {}, link.transport),
      make("td", {}, link.remoteAddress),
      make("td", {}, make("time", { datetime: link.since, title: link.since }, clock.format(new Date(link.since)).slice(0, 8))),
      ...[link.subscriptions, link.published, link.delivered, link.queued].map((value) =>
        make("td", { class: "number" }, whole.format(value)),
      ),
    ),
  );
  element("spokes").tBodies[0].replaceChildren(...rows);
}

setInterval(poll, STATUS_MS);
document.addEventListener("visibilitychange", poll);

open();
