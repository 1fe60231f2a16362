/**
 * Readings of the camera that the server itself looks through (`camrec live --browser`).
 * @module camera/desktop
 */

/**
 * @param {import("../api.js").Api} api
 * @param {() => boolean} details whether crops and scores are wanted; asked anew for every frame
 * @param {(error: unknown) => Promise<void>} recover waits until it is worth asking again, or throws
 * @param {AbortSignal} signal ends it
 * @returns {AsyncGenerator<import("./browser.js").LiveReading>}
 */
export async function* readDesktopCamera(api, details, recover, signal) {
  let after = 0;
  /** @type {ImageBitmap|undefined} */
  let shown;
  for (;;) {
    try {
      const answer = await api.live({ after, details: details() }, signal);
      if (!answer) continue;
      const { record, jpeg } = answer;
      const picture = await createImageBitmap(jpeg);
      after = record.seq;
      yield { record, picture, jpeg, delay: 1000 * record.delay, trouble: record.trouble };
      // Nobody shows the one before any more; left to itself, memory would fill with old pictures.
      shown?.close();
      shown = picture;
    } catch (error) {
      await recover(error);
      // A server that was started anew counts from the start.
      after = 0;
    }
  }
}
