/**
 * The newest frame of a video, as soon as there is one: stale frames are never looked at.
 * @module camera/frames
 */

/** Counts the frames that a video shows, and waits for the next. */
export class NewestFrame {
  /** @type {number|null} when the newest frame came that nobody has taken, on the clock of performance.now() */
  #fresh = null;
  #wake = () => {};

  /**
   * @param {HTMLVideoElement} video
   * @param {AbortSignal} signal
   */
  constructor(video, signal) {
    this.video = video;
    this.signal = signal;
    signal.addEventListener("abort", () => this.#wake());
    this.#listen();
  }

  /**
   * Waits for a frame that was not taken before.
   * @returns {Promise<number>} when it came
   */
  async take() {
    while (this.#fresh === null) {
      this.signal.throwIfAborted();
      await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    }
    const came = this.#fresh;
    this.#fresh = null;
    return came;
  }

  /** Whether there is one. */
  get isWaiting() {
    return this.#fresh !== null;
  }

  #listen() {
    if (this.signal.aborted) return;
    if ("requestVideoFrameCallback" in this.video) {
      this.video.requestVideoFrameCallback((now, frame) => this.#came(frame.presentationTime ?? now));
    } else {
      requestAnimationFrame((now) => this.#came(now));
    }
  }

  /** @param {number} when */
  #came(when) {
    // While another view is open nobody looks, and nothing is read.
    if (this.video.checkVisibility()) {
      this.#fresh = when;
      this.#wake();
    }
    this.#listen();
  }
}
