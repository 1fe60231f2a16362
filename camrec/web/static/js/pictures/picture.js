/**
 * One picture that a person brought: the file, what the browser shows of it, what was read.
 * @module pictures/picture
 */

let count = 0;

export class Picture {
  /** @type {ImageBitmap|null} null where the browser cannot show this kind of file, though camrec may read it */
  bitmap = null;
  /** @type {import("../desk.js").Reading|null} */
  reading = null;
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

  async decode() {
    this.bitmap = await createImageBitmap(this.file).catch(() => null);
  }

  /** @param {import("../record.js").Record} record */
  wasRead(record) {
    this.fault = "";
    this.reading = { record, picture: this.bitmap, name: this.name };
  }

  /** @param {string} words */
  failed(words) {
    this.fault = words;
    this.reading = null;
  }
}
