/**
 * The feedback that the server keeps: seen, exported, deleted.
 * @module about/kept
 */

import { byId, icon, make, setText } from "../dom.js";
import { save } from "../files.js";
import { plural } from "../numbers.js";
import { areYouSure, messageOf, toast } from "../say.js";

const SHOWN = 60; // the newest; the export has all

export class Kept {
  /** @type {any[]} */
  #entries = [];

  /** @param {import("../api.js").Api} api */
  constructor(api) {
    this.api = api;
    byId("kept-export").addEventListener("click", () => this.#export());
    byId("kept-delete").addEventListener("click", () => this.#deleteAll());
  }

  async refresh() {
    try {
      this.#entries = (await this.api.kept()).entries;
      this.#show();
    } catch (error) {
      setText(byId("kept-count"), messageOf(error));
    }
  }

  #show() {
    const count = this.#entries.length;
    setText(byId("kept-count"), count ? `${plural(count, "digit")} kept.` : "Nothing kept yet.");
    byId("kept-export").disabled = byId("kept-delete").disabled = count === 0;
    byId("kept-list").replaceChildren(...this.#entries.slice(-SHOWN).reverse().map((entry) => this.#item(entry)));
  }

  /** @param {any} entry */
  #item(entry) {
    const label = entry.label === "none" ? "no digit" : entry.label;
    const told = entry.read === entry.label ? `${entry.read}, right` : `read ${entry.read}, is ${label}`;
    return make(
      "li",
      {},
      make("img", { src: `data:image/png;base64,${entry.crop}`, alt: "", width: 28, height: 28 }),
      make("span", {}, told),
      make("button", { class: "button bare square", "aria-label": `Delete: ${told}`, onclick: () => this.#delete(entry.id) }, icon("close")),
    );
  }

  /** @param {number} id */
  async #delete(id) {
    await this.#do(() => this.api.forget(id));
  }

  async #deleteAll() {
    const title = `Delete ${plural(this.#entries.length, "digit")}?`;
    if (await areYouSure({ title, text: "They are deleted from the database, and cannot be brought back.", yes: "Delete" })) {
      await this.#do(() => this.api.forget());
    }
  }

  /** @param {() => Promise<any>} act */
  async #do(act) {
    await act().catch((error) => toast(messageOf(error)));
    await this.refresh();
  }

  #export() {
    save(JSON.stringify({ entries: this.#entries }, null, 1), "application/json", "feedback.camrec.json");
  }
}
