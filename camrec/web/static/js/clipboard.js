/**
 * Copying, also where the browser keeps its clipboard from pages that came over plain http.
 * @module clipboard
 */

import { make } from "./dom.js";
import { toast } from "./say.js";

/** @param {string} text @param {string} what for the message */
export async function copy(text, what) {
  const done = await write(text);
  toast(done ? `Copied ${what}.` : "The browser does not let this page copy; select the text instead.");
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeOldWay(text);
  }
}

/** @param {string} text */
function writeOldWay(text) {
  const back = /** @type {HTMLElement|null} */ (document.activeElement);
  const area = make("textarea", { class: "for-readers", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  back?.focus();
  return done;
}
