/**
 * Frames of a video as pictures and as JPEG.
 * @module camera/grab
 */

/** Longest side that is sent: as much as camrec looks at. */
const LONGEST = 1280;
/** Digits look the same from about 0.8 on; higher only costs bytes. */
const QUALITY = 0.85;

export class Grabber {
  // Two by turns: one is shown with its record while the other is being read.
  #canvases = [new OffscreenCanvas(1, 1), new OffscreenCanvas(1, 1)];
  #turn = 0;

  /**
   * @param {HTMLVideoElement} video
   * @returns {Promise<{picture: OffscreenCanvas, jpeg: Blob}>}
   */
  async grab(video) {
    this.#turn = 1 - this.#turn;
    const picture = this.#canvases[this.#turn];
    const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
    resize(picture, Math.round(scale * video.videoWidth), Math.round(scale * video.videoHeight));
    // Kept in main memory: the next thing that happens to it is that the processor reads it.
    const context = /** @type {any} */ (picture.getContext("2d", { alpha: false, willReadFrequently: true }));
    context.drawImage(video, 0, 0, picture.width, picture.height);
    return { picture, jpeg: await picture.convertToBlob({ type: "image/jpeg", quality: QUALITY }) };
  }
}

/** @param {OffscreenCanvas} canvas @param {number} width @param {number} height */
function resize(canvas, width, height) {
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
}
