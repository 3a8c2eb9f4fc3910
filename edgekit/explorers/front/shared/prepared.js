// What follows from the data alone: worked out once a widget, before it is shown. Python still draws the picture beside it
// then; and a module that is just loaded runs slowly, in the time that a user waits for.

/**
 * A way to have that of a widget's data; an explorer asks for it in `initialize`, and for each view of the widget.
 * @template {{_meta: any, _blob: DataView}} Traits
 * @template Prepared
 * @param {(meta: Traits["_meta"], blob: DataView) => Prepared} prepare
 * @returns {(model: Pick<Model<Traits>, "get">) => Prepared}
 */
export function prepared(prepare) {
  /** @type {WeakMap<DataView, Prepared>} */
  const known = new WeakMap(); // by the data: each view has a model object of its own
  return (model) => {
    const blob = model.get("_blob"), found = known.get(blob) ?? prepare(model.get("_meta"), blob);
    known.set(blob, found);
    return found;
  };
}
