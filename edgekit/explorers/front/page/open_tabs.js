// Show explorers in the tabs of a page that holds the state of all of them: see page.html.
import { showTabs } from "../tabs/tab_list.js";
import { pageModel } from "./model.js";
import { find } from "./open.js";

/** @param {{render: Render<any>}[]} explorers */
export function openTabs(explorers) {
  const { parts, ...own } = JSON.parse(find("state").textContent ?? ""), blobs = (find("blob").textContent ?? "").split("\n");
  const model = /** @type {Model<any>} */ (pageModel(own, ""));
  showTabs(model, find("explorer"), (tab, el) =>
    void explorers[parts[tab].script].render({ model: pageModel(parts[tab].state, blobs[tab]), el }));
}
