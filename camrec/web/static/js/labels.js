/**
 * Labels that look for a place off the ink and off each other.
 * @module labels
 */

import { overlap } from "./geometry.js";

/** @typedef {import("./geometry.js").Rect} Rect */

const PADDING = 4;

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
   * Draws a label beside what it names.
   * @param {string} text
   * @param {{named: Rect, colour: string, size: number, first: "above"|"below", must: boolean}} how
   *   `size` of the type, in CSS pixels; `first`: the side that is tried first; `must`: drawn even where every place is taken
   */
  put(text, { named, colour, size, first, must }) {
    this.context.font = `600 ${size}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace`;
    const width = this.context.measureText(text).width + 2 * PADDING;
    const places = this.#places(named, width, Math.round(1.35 * size), first);
    const place = places.find((rect) => !this.taken.some((other) => overlap(rect, other)));
    if (!place && !must) return;
    this.#draw(place ?? places[0], text, colour, must);
    this.taken.push(place ?? places[0]);
  }

  /** Where a label may stand, best first; all of it on the stage. @param {Rect} named @param {number} width @param {number} height @param {"above"|"below"} first */
  #places(named, width, height, first) {
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

  /** @param {Rect} place @param {string} text @param {string} colour @param {boolean} solid */
  #draw(place, text, colour, solid) {
    const { context } = this;
    context.fillStyle = solid ? colour : "rgb(0 0 0 / 70%)";
    context.beginPath();
    context.roundRect(place.x, place.y, place.width, place.height, 4);
    context.fill();
    context.fillStyle = solid ? "#0b0c0e" : "#fff";
    context.textBaseline = "middle";
    context.fillText(text, place.x + PADDING, place.y + place.height / 2 + 0.5);
  }
}
