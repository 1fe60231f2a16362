/**
 * A bar for every class of the model, the chosen one marked.
 * @module chart
 */

import { make, setText } from "./dom.js";
import { percent } from "./record.js";

export class Chart {
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();

  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
  }

  /** @param {string[]} classes in the order of the model */
  configure(classes) {
    this.#rows = new Map(classes.map((label) => [label, row(label)]));
    this.list.replaceChildren(...this.#rows.values());
  }

  /** @param {{[label: string]: number}|null} scores @param {string} [chosen] */
  show(scores, chosen) {
    for (const [label, element] of this.#rows) {
      const share = scores?.[label] ?? 0;
      const isChosen = scores !== null && label === chosen;
      element.style.setProperty("--share", share.toFixed(3));
      element.classList.toggle("chosen", isChosen);
      setText(/** @type {Element} */ (element.lastElementChild), scores ? `${percent(share)} %` : "–");
      if (isChosen) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
  }
}

/** @param {string} label */
function row(label) {
  const bar = make("span", { class: "track", "aria-hidden": "true" }, make("span", { class: "fill" }));
  return make("li", {}, make("span", {}, label), bar, make("span", {}, "–"));
}
