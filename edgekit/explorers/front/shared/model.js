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

/**
 * Set a trait and send it to Python.
 * @template Traits
 * @template {keyof Traits & string} Name
 * @param {Model<Traits>} model
 * @param {Name} name
 * @param {Traits[Name]} value
 */
export function put(model, name, value) {
  if (model.get(name) === value) return;
  model.set(name, value);
  model.save_changes();
}
