// The traits: heard of and set. Python's side of a trait is in the explorer's class.

/**
 * Call `changed` when one of the traits changes, from Python or from here; returns what stops it.
 * @param {Listened} model
 * @param {string[]} names
 * @param {() => void} changed
 */
export function watch(model, names, changed) {
  for (const name of names) model.on(`change:${name}`, changed);
  return () => names.forEach((name) => model.off(`change:${name}`, changed));
}

const REST = 80, LONGEST = 400; // ms that Python waits: until the hand rests, or at most, while it goes on

/** @type {WeakMap<object, {since: number, timer: ReturnType<typeof setTimeout>}>} */
const waiting = new WeakMap();

/**
 * Send what was set once the hand rests: each message makes a notebook draw that its kernel is busy, and idle again, for
 * longer than an explorer draws its picture.
 * @param {{save_changes: () => void}} model
 */
function sendSoon(model) {
  const now = performance.now(), before = waiting.get(model), since = before?.since ?? now;
  clearTimeout(before?.timer);
  const send = () => {
    waiting.delete(model);
    model.save_changes();
  };
  waiting.set(model, { since, timer: setTimeout(send, Math.min(REST, Math.max(since + LONGEST - now, 0))) });
}

/**
 * Set a trait, here at once and in Python once the hand rests.
 * @template Traits
 * @template {keyof Traits & string} Name
 * @param {Model<Traits>} model
 * @param {Name} name
 * @param {Traits[Name]} value
 */
export function put(model, name, value) {
  if (model.get(name) === value) return;
  model.set(name, value);
  sendSoon(model);
}
