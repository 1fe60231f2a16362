/**
 * What a person says about a reading: right, wrong and what it is, or no digit; kept by the server where it was asked to.
 * @module verdict
 */

import { byId, make } from "./dom.js";
import { keyOf } from "./record.js";
import { messageOf, toast } from "./say.js";

/** @typedef {import("./record.js").Digit} Digit */

export class Verdict {
  #room = byId("inspector-verdict");
  #enabled = false;
  #model = "";
  #stored = "";
  /** @type {string[]} */
  #labels = [];
  /** @type {string|null} key of the digit that is asked about */
  #asked = null;
  /** @type {Digit|null} as it was last seen */
  #digit = null;

  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
  }

  /** @param {import("./api.js").Config} config */
  configure({ feedback, model }) {
    this.#enabled = feedback.enabled;
    this.#model = model.name;
    this.#stored = feedback.stored;
    this.#labels = model.classes.filter((label) => label !== "none");
  }

  /** @param {Digit|null} digit */
  show(digit) {
    this.#digit = digit;
    this.#room.hidden = !this.#enabled || !digit;
    const key = digit && keyOf(digit);
    if (key === this.#asked) return;
    this.#asked = key;
    this.#ask();
  }

  #ask() {
    this.#fill(
      make("span", { class: "hint", title: this.#stored }, "Is this right?"),
      button("Right", () => this.#keep(this.#digit?.digit ?? ""), "push"),
      button("Wrong", () => this.#askWhat()),
    );
  }

  #askWhat() {
    const labels = this.#labels.map((label) => {
      const choice = button(label, () => this.#keep(label), "label");
      choice.setAttribute("aria-label", `It is ${label}`);
      return choice;
    });
    this.#fill(...labels, button("Not a digit", () => this.#keep("none")));
    labels[0].focus();
  }

  /** @param {string} label */
  async #keep(label) {
    const digit = this.#digit;
    if (!digit?.crop) return;
    const entry = { crop: digit.crop, scores: digit.scores ?? {}, read: digit.digit, label, model: this.#model };
    try {
      const { id } = await this.api.keep(entry);
      this.#thank(id, label);
    } catch (error) {
      toast(messageOf(error));
    }
  }

  /** @param {number} id @param {string} label */
  #thank(id, label) {
    const words = label === "none" ? "Kept: not a digit." : `Kept: it is ${label}.`;
    const undo = button("Take back", async () => {
      await this.api.forget(id);
      this.#ask();
    }, "push");
    this.#fill(make("span", { class: "hint", role: "status" }, words), undo);
    undo.focus();
  }

  /** @param {...Node} children */
  #fill(...children) {
    this.#room.replaceChildren(make("div", { class: "row" }, ...children), make("p", { class: "hint" }, this.#stored));
  }
}

/** @param {string} text @param {() => void} onclick @param {string} [style] */
function button(text, onclick, style = "") {
  return make("button", { class: `button ${style}`, onclick }, text);
}
