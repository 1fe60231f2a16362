/**
 * The Pictures view: files in, each read in turn, the shown one first.
 * @module pictures/view
 */

import { Desk } from "../desk.js";
import { byId } from "../dom.js";
import { plural } from "../numbers.js";
import { goTo } from "../router.js";
import { areYouSure, messageOf, toast } from "../say.js";
import { Stage } from "../stage.js";
import { oneAtATime } from "../time.js";
import { startIntake } from "./intake.js";
import { Picture } from "./picture.js";
import { PictureTable } from "./table.js";
import { Zoom } from "./zoom.js";

export class PicturesView {
  desk = new Desk();
  #stage = new Stage(byId("pictures-canvas"), this.desk);
  #zoom = new Zoom(this.#stage);
  /** @type {Picture[]} */
  #pictures = [];
  /** @type {Picture|null} */
  #shown = null;
  #table = new PictureTable((id) => this.#open(id), (id) => this.#remove(id));

  /**
   * @param {import("../api.js").Api} api
   * @param {import("../choices.js").Choices} choices
   */
  constructor(api, choices) {
    this.api = api;
    this.choices = choices;
    this.read = oneAtATime(() => this.#readAll());
    startIntake(byId("pictures-stage"), (files) => this.add(files));
    byId("pictures-clear").addEventListener("click", () => this.#clear());
    choices.addEventListener("change", () => this.#readAnew());
    this.#show();
  }

  /** Everything that was read, for the downloads. */
  get readings() {
    return this.#pictures.flatMap((picture) => (picture.record ? (picture.reading ?? []) : []));
  }

  /** @param {import("../api.js").Config} config */
  configure({ limits }) {
    this.most = limits.upload_bytes;
  }

  /** @param {File[]} files */
  async add(files) {
    goTo("pictures");
    const pictures = files.map((file) => new Picture(file));
    this.#pictures.push(...pictures);
    await this.#open(pictures[0].id);
    await this.read();
  }

  /** Reads all that waits, the shown picture before the others. */
  async #readAll() {
    for (let next; (next = this.#next()); ) {
      next.waiting = false;
      // For its thumbnail, which stays.
      if (!next.record) await next.decode();
      await this.#readOne(next);
      this.#show();
      if (next !== this.#shown) next.release();
    }
  }

  #next() {
    return this.#shown?.waiting ? this.#shown : this.#pictures.find((picture) => picture.waiting);
  }

  /** @param {Picture} picture */
  async #readOne(picture) {
    if (picture.file.size > (this.most ?? Infinity)) return picture.failed(`Larger than the ${megabytes(this.most ?? 0)} that this camrec takes.`);
    const query = { ...this.choices.query, details: true };
    try {
      picture.wasRead(await this.api.read(picture.file, query));
    } catch (error) {
      await this.#explain(error, picture);
    }
  }

  /** @param {unknown} error @param {Picture} picture */
  async #explain(error, picture) {
    if (this.choices.explain(error)) return;
    try {
      await this.api.connection.recover(error);
      picture.waiting = true;
    } catch {
      picture.failed(messageOf(error));
    }
  }

  #readAnew() {
    for (const picture of this.#pictures) picture.waiting = true;
    this.read();
  }

  /** @param {string} id */
  async #open(id) {
    const before = this.#shown;
    this.#shown = this.#pictures.find((each) => each.id === id) ?? null;
    if (this.#shown !== before) {
      this.desk.choose(null);
      this.#zoom.whole();
    }
    await this.#shown?.decode();
    this.#show();
    if (before !== this.#shown) before?.release();
  }

  /** @param {string} id */
  #remove(id) {
    const at = this.#pictures.findIndex((picture) => picture.id === id);
    const [gone] = this.#pictures.splice(at, 1);
    if (gone === this.#shown) this.#open(this.#pictures[Math.min(at, this.#pictures.length - 1)]?.id ?? "");
    else this.#show();
  }

  async #clear() {
    const title = `Remove ${plural(this.#pictures.length, "picture")}?`;
    if (!(await areYouSure({ title, text: "The files themselves stay where they are.", yes: "Remove" }))) return;
    this.#pictures = [];
    this.#open("");
    toast("Removed.");
  }

  #show() {
    const shown = this.#shown;
    byId("pictures-empty").hidden = this.#pictures.length > 0;
    byId("pictures-clear").disabled = this.#pictures.length === 0;
    for (const id of ["zoom-in", "zoom-out", "zoom-fit"]) byId(id).disabled = !shown;
    this.#table.show(this.#pictures, shown);
    this.desk.put(shown?.reading ?? null);
    this.#stage.refresh();
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
