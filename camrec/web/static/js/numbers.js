/**
 * The list of numbers: every digit a button, so that what can be clicked in the picture can be reached by keyboard.
 * @module numbers
 */

import { copy } from "./clipboard.js";
import { byId, icon, make, setText, showItems } from "./dom.js";
import { groupsOf, keyOf, levelOf, percent } from "./record.js";
import { say } from "./say.js";

/** @typedef {import("./record.js").Group} Group */

export class NumbersList {
  #list = byId("numbers");
  /** @type {Group[]} */
  #groups = [];
  #said = "";
  #wanted = false;

  /** @param {import("./desk.js").OpenDesk} open */
  constructor(open) {
    this.open = open;
    open.addEventListener("reading", () => this.#refresh());
    open.addEventListener("choice", () => this.#refresh());
    byId("numbers-copy").addEventListener("click", () => copy(this.#text, plural(this.#groups.length, "number")));
    this.#list.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#clicked(event));
    this.#list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#moved(event));
  }

  get #text() {
    return this.#groups.map((group) => group.text).join("\n");
  }

  #refresh() {
    if (this.#wanted) return;
    this.#wanted = true;
    requestAnimationFrame(() => this.#show());
  }

  #show() {
    this.#wanted = false;
    const { reading } = this.open.desk;
    this.#groups = reading ? groupsOf(reading.record) : [];
    const hadFocus = this.#list.contains(document.activeElement);
    showItems(this.#list, this.#groups, { key: keyOfGroup, create: createNumber, update: updateNumber });
    this.#markChosen();
    if (hadFocus && !this.#list.contains(document.activeElement)) this.#list.focus();
    this.#tellCount();
  }

  #markChosen() {
    const digits = this.#digits;
    const { chosen } = this.open.desk;
    const entry = digits.find((digit) => digit === document.activeElement) ?? digits.find((digit) => digit.dataset.key === chosen) ?? digits[0];
    for (const digit of digits) {
      digit.setAttribute("aria-pressed", String(digit.dataset.key === chosen));
      digit.tabIndex = digit === entry ? 0 : -1;
    }
  }

  #tellCount() {
    const none = this.#groups.length === 0;
    byId("numbers-copy").disabled = none;
    byId("numbers-empty").hidden = !none;
    setText(byId("numbers-count"), none ? "" : String(this.#groups.length));
    const { reading } = this.open.desk;
    setText(byId("numbers-empty"), reading ? (reading.note ?? "No digits found.") : "Numbers appear here as they are read.");
    const text = this.#groups.map((group) => group.text).join(", ");
    if (text !== this.#said && reading && !reading.note) say(none ? "No digits found" : `${plural(this.#groups.length, "number")}: ${text}`);
    this.#said = text;
  }

  /** @returns {HTMLElement[]} */
  get #digits() {
    return [...this.#list.querySelectorAll(".digit")];
  }

  /** @param {MouseEvent} event */
  #clicked({ target }) {
    const digit = /** @type {Element} */ (target).closest(".digit");
    if (digit instanceof HTMLElement) {
      const { desk } = this.open;
      desk.choose(desk.chosen === digit.dataset.key ? null : (digit.dataset.key ?? null));
    }
    const button = /** @type {Element} */ (target).closest(".copy");
    if (button instanceof HTMLElement) copy(button.dataset.text ?? "", button.dataset.text ?? "");
  }

  /** Arrows go from digit to digit: one stop for the tab key, however many there are. @param {KeyboardEvent} event */
  #moved(event) {
    const digits = this.#digits;
    const at = digits.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const steps = /** @type {{[key: string]: number}} */ ({ ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 });
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const next = digits.at(steps[event.key] % digits.length);
    next?.focus();
    this.open.desk.choose(next?.dataset.key ?? null);
  }
}

/** @param {number} count @param {string} what */
export function plural(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** @param {Group} group */
function keyOfGroup(group) {
  return keyOf(group.digits[0]);
}

function createNumber() {
  return make(
    "li",
    { class: "number" },
    make("span", { class: "letters" }),
    make("button", { class: "button bare copy", title: "Copy this number" }, icon("copy")),
  );
}

/** @param {HTMLElement} element @param {Group} group */
function updateNumber(element, group) {
  const [letters, button] = element.children;
  element.classList.toggle("misfit", !group.fits);
  showItems(letters, group.digits, { key: keyOf, create: () => make("button", { class: "digit" }), update: updateDigit });
  if (button instanceof HTMLElement && button.dataset.text !== group.text) {
    button.dataset.text = group.text;
    button.setAttribute("aria-label", `Copy ${group.text}`);
  }
}

/** @param {HTMLElement} button @param {import("./record.js").Digit} digit */
function updateDigit(button, digit) {
  const told = `${digit.digit}, ${percent(digit.confidence)} % sure`;
  setText(button, digit.digit);
  if (button.title === told) return;
  button.title = told;
  button.setAttribute("aria-label", told);
  button.dataset.confidence = levelOf(digit.confidence);
}
