/**
 * How a person wants pictures to be read: threshold and pattern, from the panel.
 * @module choices
 */

import { byId, setText } from "./dom.js";
import { Refusal } from "./connection.js";
import { messageOf } from "./say.js";
import { whenQuiet } from "./time.js";

/** Long enough to finish a word of a pattern, short enough to seem at once. */
const TYPING_MS = 250;

/** Tells `change`. */
export class Choices extends EventTarget {
  #slider = byId("threshold");
  #pattern = byId("pattern");
  #wrong = byId("pattern-wrong");
  #touched = false;

  constructor() {
    super();
    this.#slider.addEventListener("input", () => this.#changed());
    this.#pattern.addEventListener("input", whenQuiet(() => this.#changed(), TYPING_MS));
    this.#showThreshold();
  }

  /** Takes range and meaning of the threshold from the server's own settings. @param {import("./api.js").Config} config */
  configure({ settings }) {
    const declared = settings.min_confidence;
    this.#slider.min = declared.low;
    this.#slider.max = declared.high;
    this.#slider.step = declared.step;
    // What a person has chosen outlives a server that was away.
    if (!this.#touched) this.#slider.value = declared.default;
    setText(byId("threshold-hint"), declared.help);
    this.#showThreshold();
  }

  /** Lets the settings be turned, or says where they are. @param {boolean} here */
  offer(here) {
    this.#slider.disabled = this.#pattern.disabled = !here;
    byId("settings-elsewhere").hidden = here;
  }

  /** The query of a reading. */
  get query() {
    return { min_confidence: this.#slider.value, pattern: this.#pattern.value.trim() };
  }

  /** One step up or down. @param {1|-1} direction */
  turn(direction) {
    if (this.#slider.disabled) return;
    const before = this.#slider.value;
    this.#slider.valueAsNumber += 0.05 * direction;
    if (this.#slider.value !== before) this.#changed();
  }

  /**
   * Shows a refusal of the pattern beside its field.
   * @param {unknown} error
   * @returns {boolean} whether it was one
   */
  explain(error) {
    const isPattern = error instanceof Refusal && error.code.includes("pattern");
    if (isPattern) this.#complain(messageOf(error));
    return isPattern;
  }

  #changed() {
    this.#touched = true;
    this.#complain("");
    this.#showThreshold();
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} message */
  #complain(message) {
    this.#pattern.setAttribute("aria-invalid", String(message !== ""));
    setText(this.#wrong, message);
    this.#wrong.hidden = message === "";
  }

  #showThreshold() {
    const text = `${Math.round(100 * this.#slider.valueAsNumber)} %`;
    setText(byId("threshold-value"), text);
    this.#slider.setAttribute("aria-valuetext", text);
  }
}
