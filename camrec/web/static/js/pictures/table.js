/**
 * The table of pictures: what was read in each, or what went wrong.
 * @module pictures/table
 */

import { byId, icon, make, setText, showItems } from "../dom.js";
import { percent } from "../record.js";

/** @typedef {import("./picture.js").Picture} Picture */

export class PictureTable {
  #rows = byId("pictures-rows");

  /**
   * @param {(id: string) => void} open
   * @param {(id: string) => void} remove
   */
  constructor(open, remove) {
    this.#rows.addEventListener("click", ({ target }) => {
      const row = target.closest("tr");
      if (target.closest(".remove")) remove(row.dataset.key);
      else open(row.dataset.key);
    });
  }

  /** @param {Picture[]} pictures @param {Picture|null} shown */
  show(pictures, shown) {
    byId("pictures-room").hidden = pictures.length === 0;
    showItems(this.#rows, pictures, {
      key: (picture) => picture.id,
      create: createRow,
      update: (row, picture) => updateRow(row, picture, picture === shown),
    });
  }
}

/** @param {Picture} picture */
function createRow(picture) {
  const pick = make("button", { class: "pick" }, make("canvas", { width: 96, height: 72 }), make("span", { title: picture.name }, picture.name));
  const remove = make("button", { class: "button bare square remove", "aria-label": `Remove ${picture.name}`, title: "Remove" }, icon("close"));
  return make("tr", {}, make("td", {}, pick), make("td", { class: "read" }), make("td", { class: "figures" }), make("td", { class: "figures" }), make("td", { class: "figures" }, remove));
}

/** @param {HTMLTableRowElement} row @param {Picture} picture @param {boolean} isShown */
function updateRow(row, picture, isShown) {
  const [first, numbers, digits, least] = row.cells;
  if (isShown) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
  drawThumbnail(/** @type {HTMLCanvasElement} */ (first.querySelector("canvas")), picture.bitmap);
  const { record } = picture;
  numbers.className = picture.fault ? "wrong" : "read";
  showWords(numbers, picture.fault ? [picture.fault] : wordsOf(record));
  setText(digits, record ? String(record.digits.length) : "");
  setText(least, record?.digits.length ? `${percent(Math.min(...record.digits.map((digit) => digit.confidence)))} %` : "");
}

/** The numbers of a record, or what stands in their place. @param {import("../record.js").Record|null} record */
function wordsOf(record) {
  if (!record) return ["…"];
  return record.numbers.length ? record.numbers.map((number) => number.text) : ["none"];
}

/** Each as a piece of its own, so that a long one that is broken does not look like two. @param {HTMLElement} cell @param {string[]} words */
function showWords(cell, words) {
  if (cell.textContent === words.join(" ")) return;
  cell.replaceChildren(...words.flatMap((word) => [" ", make("span", {}, word)]).slice(1));
}

/** @param {HTMLCanvasElement} canvas @param {ImageBitmap|null} bitmap */
function drawThumbnail(canvas, bitmap) {
  if (!bitmap || canvas.dataset.drawn) return;
  const scale = Math.max(canvas.width / bitmap.width, canvas.height / bitmap.height);
  const [width, height] = [scale * bitmap.width, scale * bitmap.height];
  canvas.getContext("2d")?.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  canvas.dataset.drawn = "yes";
}
