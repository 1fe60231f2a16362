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
    this.#readings.push({ at: performance.now(), delay });
  }

  clear() {
    this.#readings = [];
  }

  /** Readings a second, and the usual delay: the middle one. */
  get text() {
    const since = performance.now() - WINDOW_MS;
    this.#readings = this.#readings.filter((reading) => reading.at > since);
    const delays = this.#readings.map((reading) => reading.delay).sort((a, b) => a - b);
    if (this.#trouble || !delays.length) return this.#trouble || "waiting";
    return `${delays.length}/s · ${Math.round(delays[delays.length >> 1])} ms behind`;
  }
}
