// What an EventTarget does, told by itself: the story must be the same for the platform's own and for a remote one.

/**
 * Adds listeners, removes them, dispatches events.
 *
 * @param target any EventTarget
 * @param heard fulfilled when all that was dispatched has been heard
 * @returns what has happened
 */
export async function story(target, heard) {
  const log = [];
  const tell = (name) => (event) => log.push(`${name} hears ${event.type} ${JSON.stringify(event.detail)}`);
  const dispatch = async (type, detail) => {
    const taken = target.dispatchEvent(new CustomEvent(type, { detail }));
    await heard();
    log.push(`${type} was taken: ${taken}`);
  };

  const first = tell("first");
  target.addEventListener("story.order", first, { capture: true });
  target.addEventListener("story.order", first);
  target.addEventListener("story.order", tell("second"));
  target.addEventListener("story.order", first);
  target.addEventListener("story.order", first, { capture: true });
  target.addEventListener("story.order", null);
  await dispatch("story.order", { id: 1 });
  target.removeEventListener("story.order", first, { capture: true });
  target.removeEventListener("story.order", tell("stranger"));
  target.removeEventListener("story.nothing", first);
  await dispatch("story.order", [2, null]);
  target.removeEventListener("story.order", first, { capture: false });
  await dispatch("story.order");

  let kept;
  target.addEventListener("story.event", function (event) {
    kept = event;
    const { bubbles, cancelable, composed, defaultPrevented, isTrusted, eventPhase } = event;
    log.push(JSON.stringify({ bubbles, cancelable, composed, defaultPrevented, isTrusted, eventPhase }));
    log.push(this === target, event.target === target, event.currentTarget === target);
    log.push(event.composedPath().length === 1 && event.composedPath()[0] === target);
    log.push(event instanceof Event, event instanceof CustomEvent);
  });
  await dispatch("story.event", "text");
  log.push(kept.target === target, kept.currentTarget, kept.eventPhase, kept.composedPath().length);

  const object = {
    handleEvent(event) {
      log.push(`object hears ${event.detail} as itself: ${this === object}`);
    },
  };
  target.addEventListener("story.object", object);
  await dispatch("story.object", 1);
  object.handleEvent = tell("changed object");
  await dispatch("story.object", 2);

  target.addEventListener("story.once", tell("once"), { once: true });
  target.addEventListener("story.once", tell("always"));
  await dispatch("story.once", 1);
  await dispatch("story.once", 2);

  const aborter = new AbortController();
  target.addEventListener("story.signal", tell("until aborted"), { signal: aborter.signal });
  target.addEventListener("story.signal", tell("never"), { signal: AbortSignal.abort() });
  await dispatch("story.signal", 1);
  aborter.abort();
  await dispatch("story.signal", 2);

  const removed = tell("removed meanwhile");
  const added = tell("added meanwhile");
  target.addEventListener("story.change", () => {
    target.removeEventListener("story.change", removed);
    target.addEventListener("story.change", added);
  });
  target.addEventListener("story.change", removed);
  await dispatch("story.change", 1);
  await dispatch("story.change", 2);

  target.addEventListener("story.stop", (event) => {
    log.push("stops");
    event.stopPropagation();
  });
  target.addEventListener("story.stop", (event) => {
    log.push("stops at once");
    event.stopImmediatePropagation();
  });
  target.addEventListener("story.stop", tell("too late"));
  await dispatch("story.stop");

  for (const wrong of [undefined, {}, "story.order"]) {
    try {
      target.dispatchEvent(wrong);
      log.push("took what is no event");
    } catch (error) {
      log.push(error instanceof TypeError);
    }
  }
  return log;
}

/** The story of the platform's own EventTarget. */
export function ownStory() {
  return story(new EventTarget(), async () => {});
}

/** The story of a remote one. */
export function remoteStory(target) {
  return story(
    target,
    () =>
      new Promise((resolve) => {
        target.addEventListener("story.end", resolve, { once: true });
        target.dispatchEvent(new Event("story.end"));
      }),
  );
}
