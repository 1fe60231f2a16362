/**
 * What the network saw of the chosen digit: its crop, the probability of every class, where it looked.
 * @module inspector
 */

import { Chart } from "./chart.js";
import { byId, make, setText } from "./dom.js";
import { keyOf } from "./record.js";
import { messageOf, toast } from "./say.js";
import { Verdict } from "./verdict.js";

/** @typedef {import("./record.js").Digit} Digit */

export class Inspector {
  #crop = byId("inspector-crop");
  #button = byId("inspector-explain");
  #chart = new Chart(byId("inspector-chart"));
  #image = make("img", { width: "28", height: "28" });
  /** @type {string|null} key of the digit whose heat map is shown */
  #heated = null;

  /**
   * @param {import("./desk.js").OpenDesk} open
   * @param {import("./api.js").Api} api
   */
  constructor(open, api) {
    this.open = open;
    this.api = api;
    this.verdict = new Verdict(api);
    open.addEventListener("choice", () => this.#show());
    open.addEventListener("reading", () => this.#show());
    this.#button.addEventListener("click", () => this.#turnHeat());
    this.#show();
  }

  /** @param {import("./api.js").Config} config */
  configure(config) {
    this.#chart.configure(config.model.classes);
    this.#button.hidden = !config.gradcam;
    this.verdict.configure(config);
    this.#show();
  }

  #show() {
    const { digit, chosen } = this.open.desk;
    // For a moment a digit may be out of sight, or not yet told in detail: what is shown stays.
    if (chosen !== null && (!digit || !digit.scores)) return this.#showName(digit);
    this.#showName(digit);
    this.#chart.show(digit?.scores ?? null, digit?.digit);
    this.#button.disabled = digit === null;
    this.verdict.show(digit);
    if (this.#heated !== chosen || chosen === null) this.#showCrop(digit);
  }

  /** @param {Digit|null} digit */
  #showName(digit) {
    setText(byId("inspector-name"), this.open.desk.chosen === null ? "Choose a digit" : digit ? `read as ${digit.digit}` : "out of sight");
  }

  /** @param {Digit|null} digit */
  #showCrop(digit) {
    this.#heated = null;
    this.#button.setAttribute("aria-pressed", "false");
    if (!digit?.crop) return this.#crop.replaceChildren();
    this.#showImage(digit.crop, `The 28 by 28 pixels that were read as ${digit.digit}`);
  }

  /** @param {string} png base64 @param {string} alt */
  #showImage(png, alt) {
    const address = `data:image/png;base64,${png}`;
    if (this.#image.src !== address) this.#image.src = address;
    this.#image.alt = alt;
    if (!this.#image.isConnected) this.#crop.replaceChildren(this.#image);
  }

  /** Shows where the network looked at the digit as it is now; a second press shows the digit again. */
  async #turnHeat() {
    const { digit } = this.open.desk;
    if (this.#button.getAttribute("aria-disabled") === "true") return;
    if (this.#heated !== null) return this.#showCrop(digit);
    if (!digit?.crop) return;
    this.#look(true);
    try {
      const { gradcam } = await this.api.explain({ crop: digit.crop, label: digit.digit });
      if (this.open.desk.chosen !== keyOf(digit)) return; // another one was chosen meanwhile
      this.#heated = keyOf(digit);
      this.#button.setAttribute("aria-pressed", "true");
      this.#showImage(gradcam, `Where the network looked to read ${digit.digit}: the warmer, the more it counted`);
    } catch (error) {
      toast(messageOf(error));
    } finally {
      this.#look(false);
    }
  }

  /** Tells that the server is at it: the first heat map has it load TensorFlow. @param {boolean} busy */
  #look(busy) {
    this.#button.setAttribute("aria-disabled", String(busy));
    setText(this.#button, busy ? "Looking…" : "Heat map");
  }
}
