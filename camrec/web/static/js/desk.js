/**
 * What lies before a person in one view: the last reading, and the digit that was chosen in it.
 *
 * @typedef {import("./record.js").Record} Record
 * @typedef {import("./record.js").Digit} Digit
 * @typedef {{record: Record, picture: CanvasImageSource|null, name: string, note?: string}} Reading
 *   `note`: why nothing was read, or not yet
 * @module desk
 */

import { keyOf } from "./record.js";

/** Tells `reading` when the reading changed and `choice` when another digit was chosen. */
export class Desk extends EventTarget {
  /** @type {Reading|null} */
  reading = null;
  /** @type {string|null} key of the chosen digit; kept while the digit is away for a moment */
  chosen = null;

  /** @param {Reading|null} reading */
  put(reading) {
    this.reading = reading;
    this.dispatchEvent(new Event("reading"));
  }

  /** @param {string|null} key */
  choose(key) {
    if (key === this.chosen) return;
    this.chosen = key;
    this.dispatchEvent(new Event("choice"));
  }

  /** @returns {Digit|null} */
  get digit() {
    return this.reading?.record.digits.find((digit) => keyOf(digit) === this.chosen) ?? null;
  }
}

/** The desk of the view that is open, as one object that the side panel can listen to. */
export class OpenDesk extends EventTarget {
  /** @type {Desk} */
  desk = new Desk();

  /** @param {Desk} desk */
  open(desk) {
    for (const name of ["reading", "choice"]) {
      this.desk.removeEventListener(name, this.#pass);
      desk.addEventListener(name, this.#pass);
    }
    this.desk = desk;
    this.dispatchEvent(new Event("choice"));
    this.dispatchEvent(new Event("reading"));
  }

  /** @param {Event} event */
  #pass = (event) => this.dispatchEvent(new Event(event.type));
}
