/**
 * The frozen frame: a still that can be asked more about.
 * @module camera/still
 */

import { withDetails } from "../record.js";
import { messageOf, toast } from "../say.js";
import { oneAtATime } from "../time.js";

export class Still {
  /** @type {BodyInit|null} the frame as it was read; null while the camera runs */
  #jpeg = null;

  /**
   * @param {import("../api.js").Api} api
   * @param {import("../choices.js").Choices} choices
   * @param {import("../desk.js").Desk} desk
   */
  constructor(api, choices, desk) {
    this.api = api;
    this.choices = choices;
    this.desk = desk;
    desk.addEventListener("choice", () => this.#detail());
    choices.addEventListener("change", oneAtATime(() => this.#readAnew()));
  }

  /** @param {BodyInit|null} jpeg */
  hold(jpeg) {
    this.#jpeg = jpeg;
    this.#detail();
  }

  /** Asks what the network saw of the chosen digit. What was read stays: it comes from many frames, this is one. */
  async #detail() {
    const { reading, chosen, digit } = this.desk;
    if (!this.#jpeg || !reading || chosen === null || digit?.scores) return;
    const detailed = await this.#read(this.#jpeg).catch(() => null);
    if (detailed && this.desk.reading === reading) this.desk.put({ ...reading, record: withDetails(reading.record, detailed) });
  }

  /** Reads it anew, by other choices. */
  async #readAnew() {
    const jpeg = this.#jpeg;
    if (!jpeg) return;
    try {
      const record = await this.#read(jpeg);
      if (this.#jpeg === jpeg && this.desk.reading) this.desk.put({ ...this.desk.reading, record });
    } catch (error) {
      if (!this.choices.explain(error)) toast(messageOf(error));
    }
  }

  /** @param {BodyInit} jpeg */
  #read(jpeg) {
    return this.api.read(jpeg, { ...this.choices.query, rotate: 0, details: true });
  }
}
