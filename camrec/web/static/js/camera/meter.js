/**
 * Rate and delay over the last second, or of the last reading where one takes longer; and whether boxes come too late for the video that runs on.
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
    const now = performance.now();
    const last = this.#readings.length - 1;
    this.#readings = this.#readings.filter((reading, index) => index === last || reading.at > now - WINDOW_MS);
    if (this.#trouble || !this.#readings.length) return this.#trouble || "waiting";
    const rate = this.#readings.length / (Math.max(WINDOW_MS, now - this.#readings[0].at) / 1000);
    const delays = this.#readings.map((reading) => reading.delay).sort((a, b) => a - b);
    return `${rate.toFixed(rate < 1 ? 1 : 0)}/s · ${Math.round(delays[delays.length >> 1])} ms behind`;
  }
}
