/**
 * The few things done to the document everywhere.
 * @module dom
 */

/**
 * The element of an id; a missing one is a mistake in the page, told at once.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] functions are listeners (`onclick`), false and null leave an attribute out
 * @param {...(Node|string|null)} children
 * @returns {any}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * An icon of the sprite in index.html.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/**
 * Sets text only where it differs: an untouched node costs no layout and is not announced again.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes a list show items, keeping the element of every item that stays: focus and selection survive.
 * @template T
 * @param {Element} list
 * @param {T[]} items
 * @param {{key: (item: T) => string, create: (item: T) => HTMLElement, update: (element: any, item: T) => void}} how
 */
export function showItems(list, items, { key, create, update }) {
  const kept = new Map([...list.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, child]));
  const keys = items.map(key);
  const wanted = new Set(keys);
  for (const [name, child] of kept) if (!wanted.has(name ?? "")) child.remove();
  items.forEach((item, index) => {
    const element = kept.get(keys[index]) ?? create(item);
    element.dataset.key = keys[index];
    update(element, item);
    // What is in place already is not moved: moving takes the focus away.
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
}
