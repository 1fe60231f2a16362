/**
 * Rate and delay over the last second; and whether boxes come too late for the video that runs on.
 * @module camera/meter
 */

const WINDOW_MS = 1000;
/** From about a third of a second on, boxes trail visibly behind a hand that moves; back at half of that. */
const TOO_LATE_MS = 300;
const IN_TIME_MS = 150;

export class Meter {
  /** @type {{at: number, delay: number}[]} */
  #readings = [];
  #trouble = "";
  /** Whether the frame that was read should be shown with its boxes, in place of the video. */
  late = false;

  /** @param {number} delay milliseconds from the frame to its boxes @param {string} [trouble] told in place of figures */
  count(delay, trouble = "") {
    this.#trouble = trouble;
    this.#readings.push({ at: performance.now(), delay });
    this.late = delay > (this.late ? IN_TIME_MS : TOO_LATE_MS);
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
