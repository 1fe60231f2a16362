/**
 * A canvas that shows a desk: its picture, what was read in it, and the digit under the pointer.
 *
 * @typedef {import("./geometry.js").View} View
 * @module stage
 */

import { fit, grown, holds, toStage } from "./geometry.js";
import { drawRecord } from "./overlay.js";
import { keyOf } from "./record.js";

const NEAR = 6; // CSS pixels beside a box that still count as on it

export class Stage {
  /** Whether the picture itself is drawn; over a video only the boxes are. */
  drawsPicture = true;
  drawsBoxes = true;
  mirrored = false;
  /** @type {View|null} where the picture lies, if not as large as it goes in the middle */
  held = null;
  #wanted = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./desk.js").Desk} desk
   */
  constructor(canvas, desk) {
    this.canvas = canvas;
    this.desk = desk;
    this.room = { width: 0, height: 0 };
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    new ResizeObserver(() => this.#resize()).observe(canvas);
    desk.addEventListener("choice", () => this.refresh());
    canvas.addEventListener("pointermove", (event) => this.#point(event));
  }

  /** @returns {View|null} */
  get view() {
    const record = this.desk.reading?.record;
    if (!record || !this.room.width) return null;
    return this.held ?? fit(record, this.room, this.mirrored);
  }

  /** Draws with the browser's next frame. */
  refresh() {
    if (this.#wanted) return;
    this.#wanted = true;
    requestAnimationFrame(() => this.draw());
  }

  /** Draws now. */
  draw() {
    this.#wanted = false;
    const { context, view, room } = this;
    const ratio = this.canvas.width / room.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, room.width, room.height);
    if (!view || !this.desk.reading) return;
    if (this.drawsPicture) drawPicture(context, this.desk.reading.picture, view);
    if (this.drawsBoxes) drawRecord(context, this.desk.reading.record, view, room, this.desk.chosen);
  }

  /**
   * The digit under a point of the stage; the smallest where boxes overlap.
   * @param {{x: number, y: number}} point
   */
  digitAt(point) {
    const { view } = this;
    if (!view || !this.desk.reading) return null;
    const under = this.desk.reading.record.digits.filter((digit) => holds(grown(toStage(digit.box, view), NEAR), point));
    return under.sort((a, b) => a.box[2] * a.box[3] - b.box[2] * b.box[3])[0] ?? null;
  }

  /** Chooses the digit under a point, or none. @param {{x: number, y: number}} point */
  chooseAt(point) {
    const digit = this.digitAt(point);
    this.desk.choose(digit && keyOf(digit));
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (event.buttons) return;
    this.canvas.classList.toggle("pointing", this.digitAt(pointOf(event)) !== null);
  }

  #resize() {
    this.room = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
    // A hidden view has no size; it keeps what it shows until it is seen again.
    if (!this.room.width) return;
    this.canvas.width = Math.round(this.room.width * devicePixelRatio);
    this.canvas.height = Math.round(this.room.height * devicePixelRatio);
    this.canvas.dispatchEvent(new Event("resized"));
    this.draw();
  }
}

/** A pointer's place on its element. @param {PointerEvent|WheelEvent|MouseEvent} event */
export function pointOf(event) {
  return { x: event.offsetX, y: event.offsetY };
}

/** @param {CanvasRenderingContext2D} context @param {CanvasImageSource|null} picture @param {View} view */
export function drawPicture(context, picture, view) {
  if (!picture) return;
  const width = view.scale * view.width;
  context.save();
  // Enlarged far, pixels are what one wants to see.
  context.imageSmoothingEnabled = view.scale < 6;
  context.imageSmoothingQuality = "high";
  if (view.mirrored) {
    context.translate(2 * view.x + width, 0);
    context.scale(-1, 1);
  }
  context.drawImage(picture, view.x, view.y, width, view.scale * view.height);
  context.restore();
}
