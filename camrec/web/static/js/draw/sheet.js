/**
 * What was written: strokes, with every step to be undone and done again. No document, only memory.
 *
 * @typedef {{x: number, y: number, width: number}} Dot  in pixels of the sheet
 * @typedef {Dot[]} Stroke
 * @module draw/sheet
 */

export class Sheet {
  /** @type {readonly Stroke[]} */
  strokes = [];
  /** @type {(readonly Stroke[])[]} */
  #past = [];
  /** @type {(readonly Stroke[])[]} */
  #future = [];

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** @param {Stroke} stroke */
  add(stroke) {
    this.#turnTo([...this.strokes, stroke]);
  }

  clear() {
    if (this.strokes.length) this.#turnTo([]);
  }

  undo() {
    const before = this.#past.pop();
    if (!before) return;
    this.#future.push(this.strokes);
    this.strokes = before;
  }

  redo() {
    const after = this.#future.pop();
    if (!after) return;
    this.#past.push(this.strokes);
    this.strokes = after;
  }

  /** How far the ink reaches from the corner. */
  get extent() {
    const dots = this.strokes.flat();
    return {
      width: dots.reduce((most, dot) => Math.max(most, dot.x + dot.width), 0),
      height: dots.reduce((most, dot) => Math.max(most, dot.y + dot.width), 0),
    };
  }

  /** @param {readonly Stroke[]} strokes */
  #turnTo(strokes) {
    this.#past.push(this.strokes);
    this.#future = [];
    this.strokes = strokes;
  }
}
