// A page without a kernel: the same explorer on a model that holds its state in this page only.

/**
 * Stand in for the widget's model: `state` holds the traits, `blob` the binary one as base64.
 * @param {Record<string, any>} state
 * @param {string} blob
 * @returns {Model<Record<string, any>>}
 */
export function pageModel(state, blob) {
  /** @type {Record<string, any>} */
  const traits = { ...state, _blob: new DataView(Uint8Array.from(atob(blob), (letter) => letter.charCodeAt(0)).buffer) };
  /** @type {Record<string, Set<() => void>>} */
  const listeners = {};
  return {
    get: (name) => traits[name],
    set(name, value) {
      traits[name] = value;
      for (const listener of listeners[`change:${name}`] ?? []) listener();
    },
    save_changes() {},
    on: (event, listener) => void (listeners[event] ??= new Set()).add(listener),
    off: (event, listener) => void listeners[event]?.delete(listener),
  };
}
