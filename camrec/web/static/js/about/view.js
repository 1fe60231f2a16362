/**
 * The About view: the model, what is kept, keys, the API.
 * @module about/view
 */

import { Desk } from "../desk.js";
import { byId, setText } from "../dom.js";
import { recall, remember } from "../preferences.js";
import { messageOf } from "../say.js";
import { showCard } from "./card.js";
import { Kept } from "./kept.js";

export class AboutView {
  desk = new Desk();
  #version = "";
  #enabled = false;

  /** @param {import("../api.js").Api} api */
  constructor(api) {
    this.api = api;
    this.kept = new Kept(api);
    const keys = byId("keys-on");
    keys.checked = recall("keys", true);
    keys.addEventListener("change", () => remember("keys", keys.checked));
    for (const place of document.querySelectorAll(".origin")) setText(place, location.origin);
  }

  /** @param {import("../api.js").Config} config */
  configure({ version, feedback }) {
    this.#version = version;
    this.#enabled = feedback.enabled;
    byId("kept").hidden = !feedback.enabled;
    setText(byId("kept-stored"), feedback.stored);
  }

  /** Called when the view opens: what it tells may have changed since. */
  async open() {
    if (this.#enabled) this.kept.refresh();
    try {
      showCard(byId("card"), await this.api.model(), this.#version);
    } catch (error) {
      setText(byId("card"), messageOf(error));
    }
  }
}
