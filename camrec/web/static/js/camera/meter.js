/**
 * Rate and delay over the last second.
 * @module camera/meter
 */

const WINDOW_MS = 1000;

export class Meter {
  /** @type {{at: number, delay: number}[]} */
  #readings = [];

  /** @param {number} delay milliseconds from the frame to its boxes */
  count(delay) {
    const now = performance.now();
    this.#readings.push({ at: now, delay });
    while (this.#readings[0].at < now - WINDOW_MS) this.#readings.shift();
  }

  clear() {
    this.#readings = [];
  }

  /** Readings a second. */
  get rate() {
    return this.#readings.length;
  }

  /** The usual delay: the middle one, in milliseconds. */
  get delay() {
    const delays = this.#readings.map((reading) => reading.delay).sort((a, b) => a - b);
    return delays[delays.length >> 1] ?? 0;
  }
}
