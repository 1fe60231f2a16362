/**
 * Readings of the camera that the server itself looks through (`camrec live --browser`).
 * @module camera/desktop
 */

/**
 * @param {import("../api.js").Api} api
 * @param {() => {[name: string]: string|number|boolean}} query asked anew for every frame
 * @param {(error: unknown) => Promise<void>} recover waits until it is worth asking again, or throws
 * @param {AbortSignal} signal ends it
 * @returns {AsyncGenerator<import("./browser.js").LiveReading>}
 */
export async function* readDesktopCamera(api, query, recover, signal) {
  let after = -1;
  for (;;) {
    try {
      const { record, jpeg } = await api.live({ ...query(), after }, signal);
      after = record.seq;
      const picture = await createImageBitmap(jpeg);
      yield { record, picture, jpeg, delay: 1000 * record.delay };
    } catch (error) {
      await recover(error);
      // A server that was started anew counts from the start.
      after = -1;
    }
  }
}
