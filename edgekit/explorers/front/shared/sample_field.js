// Jumping to a sample by its name.
import { h, tell } from "./elements.js";

/**
 * Which sample is meant: the one of this name, else the only one with it in its name; else why there is none.
 * @param {{name: string}[]} samples
 * @param {string} typed
 * @returns {number | string}
 */
export function sampleNamed(samples, typed) {
  const exactly = samples.findIndex(({ name }) => name === typed);
  if (exactly >= 0) return exactly;
  const part = typed.toLowerCase(), found = samples.flatMap(({ name }, i) => (name.toLowerCase().includes(part) ? [i] : []));
  return found.length === 1 ? found[0] : `${found.length || "no"} samples have “${typed}” in their name`;
}

/**
 * A field for a sample's name, with the names to choose from; nothing where there is one sample.
 * @param {{name: string}[]} samples
 * @param {(sample: number) => void} go
 */
export function sampleField(samples, go) {
  const list = h("datalist", { id: `ek-samples-${Math.random().toString(36).slice(2)}` }, ...samples.map(({ name }) => h("option", { value: name })));
  const input = h("input", { type: "search", list: list.id, autocomplete: "off", size: 14 });
  const take = () => {
    const typed = input.value.trim();
    if (!typed) return;
    const found = sampleNamed(samples, typed);
    tell(input, typeof found === "string" ? found : "");
    if (typeof found === "string") return;
    input.value = "";
    go(found);
  };
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => event.key === "Enter" && take()); // a notebook may keep Enter for itself
  /** @param {number} sample the one on show */
  const show = (sample) => void (input.placeholder = samples[sample]?.name ?? "");
  return { elements: samples.length > 1 ? [h("label", {}, "sample", input), list] : [], show };
}
