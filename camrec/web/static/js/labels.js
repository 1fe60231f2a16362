/**
 * Labels that look for a place off the ink and off each other.
 * @module labels
 */

import { shared } from "./geometry.js";

/** @typedef {import("./geometry.js").Rect} Rect */
/** @typedef {{font: string, width: number, height: number}} Plate  a text in type of one size */

const PADDING = 4;
const SMALLER = 0.75; // of the size, tried where that has no place; then the smallest
const SMALLEST = 11; // CSS pixels of type

export class Labels {
  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{width: number, height: number}} room
   * @param {Rect[]} ink what no label should cover
   */
  constructor(context, room, ink) {
    this.context = context;
    this.room = room;
    this.taken = [...ink];
  }

  /**
   * Draws a label beside what it names, if that is in sight: of what lies outside of an enlarged picture's part, labels would
   * crowd at the edges.
   * @param {string} text
   * @param {{named: Rect, colour: string, size: number, first: "above"|"below", must: boolean}} how
   *   `size` of the type, in CSS pixels; `first`: the side that is tried first; `must`: drawn even where every place is taken
   */
  put(text, { named, colour, size, first, must }) {
    if (!shared(named, { x: 0, y: 0, ...this.room })) return;
    const sizes = must ? [size, Math.max(SMALLEST, Math.round(SMALLER * size)), SMALLEST] : [size];
    const places = sizes.map((tall) => this.#placeOf(this.#plateOf(text, tall), named, first));
    // Smaller type is better than words over ink.
    const least = places.reduce((a, b) => (b.covered < a.covered ? b : a));
    if (least.covered && !must) return;
    this.#draw(text, least.plate, least.rect, colour, must);
    this.taken.push(least.rect);
  }

  /** @param {string} text @param {number} size @returns {Plate} */
  #plateOf(text, size) {
    const font = `600 ${size}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace`;
    this.context.font = font;
    return { font, width: this.context.measureText(text).width + 2 * PADDING, height: Math.round(1.35 * size) };
  }

  /** The first place of a plate that covers nothing, or the one that covers least. @param {Plate} plate @param {Rect} named @param {"above"|"below"} first */
  #placeOf(plate, named, first) {
    const places = this.#rects(named, plate, first).map((rect) => ({ plate, rect, covered: this.#covered(rect) }));
    return places.reduce((a, b) => (b.covered < a.covered ? b : a));
  }

  /** @param {Rect} rect */
  #covered(rect) {
    return this.taken.reduce((sum, other) => sum + shared(rect, other), 0);
  }

  /** Where a plate may lie, best first; all of it on the stage. @param {Rect} named @param {Plate} plate @param {"above"|"below"} first */
  #rects(named, { width, height }, first) {
    const middle = named.x + (named.width - width) / 2;
    const right = named.x + named.width - width;
    const columns = width < named.width && first === "above" ? [named.x, right] : [middle, named.x, right];
    const rows = [named.y - height, named.y + named.height];
    if (first === "below") rows.reverse();
    const spots = rows.flatMap((y) => columns.map((x) => [x, y]));
    spots.push([named.x + named.width, named.y], [named.x - width, named.y]);
    return spots.map(([x, y]) => ({
      x: Math.max(0, Math.min(this.room.width - width, x)),
      y: Math.max(0, Math.min(this.room.height - height, y)),
      width,
      height,
    }));
  }

  /** @param {string} text @param {Plate} plate @param {Rect} place @param {string} colour @param {boolean} solid */
  #draw(text, plate, place, colour, solid) {
    const { context } = this;
    context.fillStyle = solid ? colour : "rgb(0 0 0 / 70%)";
    context.beginPath();
    context.roundRect(place.x, place.y, place.width, place.height, 4);
    context.fill();
    context.fillStyle = solid ? "#0b0c0e" : "#fff";
    context.font = plate.font;
    context.textBaseline = "middle";
    context.fillText(text, place.x + PADDING, place.y + place.height / 2 + 0.5);
  }
}
