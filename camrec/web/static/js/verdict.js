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
    this.#model = model.name;
    this.#stored = feedback.stored;
    this.#labels = model.classes.filter((label) => label !== "none");
    this.#room.hidden = !feedback.enabled;
    this.#ask();
  }

  /** @param {Digit|null} digit */
  show(digit) {
    this.#digit = digit;
    const key = digit && keyOf(digit);
    if (key === this.#asked) return;
    this.#asked = key;
    this.#ask();
  }

  #ask() {
    this.#fill(
      button("Right", () => this.#keep(this.#digit?.digit ?? "")),
      button("Wrong", () => this.#askWhat()),
      make("a", { class: "hint push", href: "#about", title: this.#stored }, "What is kept?"),
    );
    // Seen from the start, so that nothing moves when a digit is chosen.
    for (const each of this.#room.querySelectorAll("button")) each.disabled = this.#asked === null;
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
    this.#room.replaceChildren(...children);
  }
}

/** @param {string} text @param {() => void} onclick @param {string} [style] */
function button(text, onclick, style = "") {
  return make("button", { class: `button ${style}`, onclick }, text);
}
