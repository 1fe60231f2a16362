/**
 * Files for the person's own disk.
 * @module files
 */

import { make } from "./dom.js";

/** The browser has taken what it needs once the click was dealt with; a minute is generous. */
const KEPT_MS = 60_000;

/**
 * @param {BlobPart} content
 * @param {string} type
 * @param {string} name
 */
export function save(content, type, name) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
