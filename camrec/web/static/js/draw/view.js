/**
 * The Draw view: a sheet to write on, read as one writes.
 * @module draw/view
 */

import { Desk } from "../desk.js";
import { byId } from "../dom.js";
import { recall, remember } from "../preferences.js";
import { current } from "../router.js";
import { messageOf, toast } from "../say.js";
import { Stage } from "../stage.js";
import { oneAtATime, whenQuiet } from "../time.js";
import { drawStroke, pictureOf } from "./ink.js";
import { startPen } from "./pen.js";
import { Sheet } from "./sheet.js";

const PAUSE_MS = 120; // a pen at rest for so long has something to be read
const TAP = 3; // sheet pixels that a tap may move
const USUAL_PEN = 8;

export class DrawView {
  desk = new Desk();
  #sheet = new Sheet();
  #canvas = /** @type {HTMLCanvasElement} */ (byId("draw-sheet"));
  #context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
  #stage = new Stage(byId("draw-overlay"), this.desk);
  #pen = byId("draw-width");
  #read = oneAtATime(() => this.#readSheet());
  #readSoon = whenQuiet(this.#read, PAUSE_MS);
  /** @type {import("./sheet.js").Stroke|null} being written */
  #growing = null;

  /**
   * @param {import("../api.js").Api} api
   * @param {import("../choices.js").Choices} choices
   */
  constructor(api, choices) {
    this.api = api;
    this.choices = choices;
    this.#stage.drawsPicture = false;
    this.#stage.canvas.addEventListener("resized", () => this.#redraw());
    choices.addEventListener("change", () => this.#read());
    this.#wirePen();
    this.#wireButtons();
  }

  /** CSS pixels a pixel of the sheet: 1, or less where the window became too small for what was written. */
  get #scale() {
    const { room } = this.#stage;
    const { width, height } = this.#sheet.extent;
    return Math.min(1, room.width / width, room.height / height);
  }

  #wirePen() {
    startPen(this.#canvas, {
      width: () => this.#pen.valueAsNumber,
      scale: () => this.#scale,
      grows: (stroke, from) => {
        byId("draw-empty").hidden = true;
        this.#growing = stroke;
        drawStroke(this.#context, stroke, from);
        if (stroke.length > 1) this.#readSoon();
      },
      ends: (stroke) => {
        this.#growing = null;
        if (!this.#tapped(stroke)) this.#sheet.add([...stroke]);
        this.#changed();
      },
    });
  }

  /** A tap on a digit chooses it; elsewhere it is a dot of ink. @param {import("./sheet.js").Stroke} stroke */
  #tapped(stroke) {
    const [first] = stroke;
    const point = { x: first.x * this.#scale, y: first.y * this.#scale };
    const still = stroke.every((dot) => Math.hypot(dot.x - first.x, dot.y - first.y) < TAP);
    if (!still || !this.#stage.digitAt(point)) return false;
    this.#stage.chooseAt(point);
    return true;
  }

  #wireButtons() {
    byId("draw-undo").addEventListener("click", () => this.#turn(() => this.#sheet.undo()));
    byId("draw-redo").addEventListener("click", () => this.#turn(() => this.#sheet.redo()));
    byId("draw-clear").addEventListener("click", () => this.#turn(() => this.#sheet.clear()));
    addEventListener("keydown", (event) => this.#key(event));
    this.#pen.value = recall("pen", USUAL_PEN);
    this.#pen.addEventListener("input", () => this.#showPen());
    this.#showPen();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const typing = event.target instanceof HTMLInputElement && event.target.type === "text";
    if (current() !== "draw" || typing || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.#turn(() => (key === "y" || event.shiftKey ? this.#sheet.redo() : this.#sheet.undo()));
  }

  /** @param {() => void} step */
  #turn(step) {
    step();
    this.#changed();
  }

  #changed() {
    byId("draw-undo").disabled = !this.#sheet.canUndo;
    byId("draw-redo").disabled = !this.#sheet.canRedo;
    byId("draw-clear").disabled = this.#sheet.strokes.length === 0;
    byId("draw-empty").hidden = this.#sheet.strokes.length > 0;
    this.#redraw();
  }

  #redraw() {
    const { room, canvas } = this.#stage;
    if (!room.width) return;
    this.#canvas.width = canvas.width;
    this.#canvas.height = canvas.height;
    const scale = (canvas.width / room.width) * this.#scale;
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    for (const stroke of this.#sheet.strokes) drawStroke(this.#context, stroke);
    this.#readSoon();
  }

  async #readSheet() {
    const strokes = [...this.#sheet.strokes, ...(this.#growing ? [this.#growing] : [])];
    const { room } = this.#stage;
    if (!room.width) return;
    if (!strokes.length) return this.#show(null);
    const picture = pictureOf(strokes, { width: room.width / this.#scale, height: room.height / this.#scale });
    try {
      const query = { ...this.choices.query, rotate: 0, details: true };
      const record = await this.api.read(await picture.convertToBlob({ type: "image/png" }), query);
      this.#show({ record, picture, name: "drawing.png" });
    } catch (error) {
      await this.#recover(error);
    }
  }

  /** @param {unknown} error */
  async #recover(error) {
    if (this.choices.explain(error)) return;
    try {
      await this.api.connection.recover(error);
      this.#read();
    } catch {
      toast(messageOf(error));
    }
  }

  /** @param {import("../desk.js").Reading|null} reading */
  #show(reading) {
    this.desk.put(reading);
    this.#stage.refresh();
  }

  #showPen() {
    const width = this.#pen.valueAsNumber;
    byId("draw-dot").style.setProperty("--pen", `${width}px`);
    this.#pen.setAttribute("aria-valuetext", `${width} pixels`);
    remember("pen", width);
  }
}
