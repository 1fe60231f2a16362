/**
 * Frames of a video as pictures and as JPEG.
 * @module camera/grab
 */

import { NewestFrame } from "./frames.js";

/** Longest side that is sent: as much as camrec looks at. */
const LONGEST = 1280;
/** One shown with its record, one that is read, one made ready, one that was made ready and then came too late. */
const PICTURES = 4;

/** @typedef {{picture: OffscreenCanvas, jpeg: ArrayBuffer, came: number}} Grabbed  `came`: when the frame came, by performance.now() */

export class Grabber {
  #canvases = Array.from({ length: PICTURES }, () => new OffscreenCanvas(1, 1));
  #turn = 0;
  #encoder = new Worker("/static/js/camera/encoder.js");
  #frames;
  /** @type {Promise<Grabbed>|null} */
  #ahead = null;
  #giveUp = (/** @type {unknown} */ _reason) => {};

  /**
   * @param {HTMLVideoElement} video
   * @param {AbortSignal} signal ends it
   */
  constructor(video, signal) {
    this.video = video;
    this.#frames = new NewestFrame(video, signal);
    signal.addEventListener("abort", () => {
      this.#encoder.terminate();
      this.#giveUp(signal.reason);
    });
  }

  /** The newest frame that was not grabbed before. */
  async newest() {
    const grabbed = await (this.#ahead ?? this.#grab());
    this.#ahead = null;
    return this.#frames.isWaiting ? this.#grab() : grabbed;
  }

  /** Makes the next frame ready while the last one is being read: at once the newest, unless reading takes longer than a frame. */
  prepare() {
    this.#ahead = this.#grab();
    this.#ahead.catch(() => {}); // whoever asks for it is told
  }

  /** @returns {Promise<Grabbed>} */
  async #grab() {
    const came = await this.#frames.take();
    const picture = this.#canvases[++this.#turn % PICTURES];
    draw(this.video, picture);
    return { picture, jpeg: await this.#encode(await createImageBitmap(picture)), came };
  }

  /** @param {ImageBitmap} frame @returns {Promise<ArrayBuffer>} */
  #encode(frame) {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      this.#encoder.onmessage = ({ data }) => resolve(data);
      this.#encoder.onerror = ({ message }) => reject(new Error(message));
      this.#encoder.postMessage(frame, [frame]);
    });
  }
}

/** @param {HTMLVideoElement} video @param {OffscreenCanvas} picture */
function draw(video, picture) {
  const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
  resize(picture, Math.round(scale * video.videoWidth), Math.round(scale * video.videoHeight));
  // Kept in main memory: the next thing that happens to it is that the processor reads it.
  const context = /** @type {any} */ (picture.getContext("2d", { alpha: false, willReadFrequently: true }));
  context.drawImage(video, 0, 0, picture.width, picture.height);
}

/** @param {OffscreenCanvas} canvas @param {number} width @param {number} height */
function resize(canvas, width, height) {
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
}
