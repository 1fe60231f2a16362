/**
 * Zooming and moving a stage: wheel, pinch, drag, keys, buttons.
 * @module pictures/zoom
 */

import { byId } from "../dom.js";
import { fit, held, zoomed } from "../geometry.js";
import { pointOf } from "../stage.js";

const MOST = 20; // times the whole picture
const STEP = 1.4;
const SHOVE = 60; // CSS pixels an arrow key moves
const STILL = 4; // CSS pixels a pointer may move and still be a click

/** @typedef {{x: number, y: number}} Point */

export class Zoom {
  /** @type {Map<number, Point>} pointers that are down */
  #down = new Map();
  #travelled = 0;

  /** @param {import("../stage.js").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    const { canvas } = stage;
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#drag(event));
    canvas.addEventListener("pointerup", (event) => this.#release(event));
    canvas.addEventListener("pointercancel", (event) => this.#down.delete(event.pointerId));
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("resized", () => this.#settle());
    byId("zoom-in").addEventListener("click", () => this.by(STEP));
    byId("zoom-out").addEventListener("click", () => this.by(1 / STEP));
    byId("zoom-fit").addEventListener("click", () => this.whole());
  }

  /** Shows the whole picture. */
  whole() {
    this.stage.held = null;
    this.#changed();
  }

  /** @param {number} ratio @param {Point} [at] the middle of the stage, if not said */
  by(ratio, at = { x: this.stage.room.width / 2, y: this.stage.room.height / 2 }) {
    const { view, room } = this.stage;
    if (!view) return;
    const least = fit(view, room).scale;
    const scale = Math.min(MOST * least, Math.max(least, view.scale * ratio));
    // At its smallest it is whole again, and follows the window's size.
    this.stage.held = scale <= least * 1.001 ? null : held(zoomed(view, scale, at), room);
    this.#changed();
  }

  /** @param {number} dx @param {number} dy */
  move(dx, dy) {
    const { held: view, room } = this.stage;
    if (!view) return;
    this.stage.held = held({ ...view, x: view.x + dx, y: view.y + dy }, room);
    this.#changed();
  }

  #changed() {
    this.stage.canvas.classList.toggle("movable", this.stage.held !== null);
    this.stage.refresh();
  }

  #settle() {
    if (this.stage.held) this.by(1);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!this.stage.view) return;
    event.preventDefault();
    // Pinching a touchpad arrives as small steps of a wheel with ctrl.
    this.by(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), pointOf(event));
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.stage.canvas.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, pointOf(event));
    if (this.#down.size === 1) this.#travelled = 0;
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const before = this.#down.get(event.pointerId);
    if (!before) return;
    const now = pointOf(event);
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#travelled += distance(before, now);
    if (other) this.by(distance(now, other) / Math.max(1, distance(before, other)), other);
    else if (this.#travelled > STILL) this.move(now.x - before.x, now.y - before.y);
    this.#down.set(event.pointerId, now);
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (!this.#down.delete(event.pointerId)) return;
    if (this.#travelled <= STILL) this.stage.chooseAt(pointOf(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const acts = /** @type {{[key: string]: () => void}} */ ({
      "+": () => this.by(STEP),
      "-": () => this.by(1 / STEP),
      0: () => this.whole(),
      ArrowLeft: () => this.move(SHOVE, 0),
      ArrowRight: () => this.move(-SHOVE, 0),
      ArrowUp: () => this.move(0, SHOVE),
      ArrowDown: () => this.move(0, -SHOVE),
    });
    if (!(event.key in acts)) return;
    event.preventDefault();
    acts[event.key]();
  }
}

/** @param {Point} a @param {Point} b */
function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
