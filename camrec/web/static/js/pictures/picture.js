/**
 * One picture that a person brought: the file, what the browser shows of it, what was read.
 *
 * @typedef {import("../desk.js").Reading} Reading
 * @module pictures/picture
 */

let count = 0;

export class Picture {
  /** @type {ImageBitmap|null} null where the browser cannot show this kind of file, though camrec may read it */
  bitmap = null;
  /** @type {import("../record.js").Record|null} */
  record = null;
  /** @type {string} what went wrong, in words */
  fault = "";
  /** Whether it waits to be read, for the first time or anew. */
  waiting = true;

  /** @param {File} file */
  constructor(file) {
    this.id = `p${++count}`;
    this.file = file;
    this.name = file.name || "pasted.png";
  }

  /** @returns {Reading|null} null where there is nothing to be shown yet */
  get reading() {
    const { bitmap, record, name } = this;
    if (record) return { record, picture: bitmap, name };
    if (!bitmap) return null;
    const size = { width: bitmap.width, height: bitmap.height };
    const unread = { source: name, frame: 0, time: 0, ...size, digits: [], numbers: [] };
    return { record: unread, picture: bitmap, name, note: this.fault || "Reading…" };
  }

  async decode() {
    this.bitmap ??= await createImageBitmap(this.file).catch(() => null);
  }

  /** Lets go of the pixels: dozens of photographs would fill the memory. */
  release() {
    this.bitmap?.close();
    this.bitmap = null;
  }

  /** @param {import("../record.js").Record} record */
  wasRead(record) {
    this.fault = "";
    this.record = record;
  }

  /** @param {string} words */
  failed(words) {
    this.fault = words;
    this.record = null;
  }
}
