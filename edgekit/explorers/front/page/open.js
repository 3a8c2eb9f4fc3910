// Show an explorer in a page that holds its state: see page.html.
import { pageModel } from "./model.js";

/** @param {string} id */
export const find = (id) => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`this page has no #${id}`);
  return element;
};

/** @param {{render: Render<any>}} explorer */
export function openPage({ render }) {
  const model = pageModel(JSON.parse(find("state").textContent ?? ""), find("blob").textContent ?? "");
  render({ model, el: find("explorer") });
}
