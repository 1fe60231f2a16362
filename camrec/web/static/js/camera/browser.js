/**
 * Readings of the browser's own camera: one frame is under way at most, and the newest goes next.
 * @module camera/browser
 */

import { Grabber } from "./grab.js";

/**
 * @typedef {import("../record.js").Record} Record
 * @typedef {{record: Record, picture: CanvasImageSource, jpeg: BodyInit, delay: number, trouble?: string}} LiveReading
 *   `delay`: milliseconds from the frame to now; `trouble`: what keeps new frames from coming
 */

/**
 * @param {HTMLVideoElement} video that plays
 * @param {import("../api.js").Api} api
 * @param {() => {[name: string]: string|number|boolean}} query asked anew for every frame
 * @param {(error: unknown) => Promise<void>} recover waits until it is worth asking again, or throws
 * @param {AbortSignal} signal ends it
 * @returns {AsyncGenerator<LiveReading>}
 */
export async function* readBrowserCamera(video, api, query, recover, signal) {
  const grabber = new Grabber(video, signal);
  const track = newTrackId();
  for (;;) {
    const { picture, jpeg, came } = await grabber.newest();
    try {
      const reading = api.read(jpeg, { ...query(), track }, signal);
      grabber.prepare();
      yield { record: await reading, picture, jpeg, delay: performance.now() - came };
    } catch (error) {
      await recover(error);
    }
  }
}

/** A name for this camera's frames, so that the server can follow digits through time. */
function newTrackId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
