/**
 * What a person chose and the browser remembers; where storage is forbidden, for this visit only.
 * @module preferences
 */

const PREFIX = "camrec.";
const forVisit = new Map();

/**
 * @template T
 * @param {string} name
 * @param {T} otherwise
 * @returns {T}
 */
export function recall(name, otherwise) {
  if (forVisit.has(name)) return forVisit.get(name);
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null") ?? otherwise;
  } catch {
    return otherwise;
  }
}

/**
 * @param {string} name
 * @param {any} value
 */
export function remember(name, value) {
  forVisit.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Private windows may refuse: the visit's own memory has it.
  }
}
