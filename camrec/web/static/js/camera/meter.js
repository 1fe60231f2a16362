/**
 * Rate and delay over the last second.
 * @module camera/meter
 */

const WINDOW_MS = 1000;

export class Meter {
  /** @type {{at: number, delay: number}[]} */
  #readings = [];
  #trouble = "";

  /** @param {number} delay milliseconds from the frame to its boxes @param {string} [trouble] told in place of figures */
  count(delay, trouble = "") {
    this.#trouble = trouble;
    const now = performance.now();
    this.#readings.push({ at: now, delay });
    while (this.#readings[0].at < now - WINDOW_MS) this.#readings.shift();
  }

  clear() {
    this.#readings = [];
  }

  /** Readings a second, and the usual delay: the middle one. */
  get text() {
    const delays = this.#readings.map((reading) => reading.delay).sort((a, b) => a - b);
    const usual = Math.round(delays[delays.length >> 1] ?? 0);
    return this.#trouble || `${delays.length}/s · ${usual} ms behind`;
  }
}
