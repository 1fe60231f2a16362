/**
 * The HTTP API of the server that the page came from.
 *
 * @typedef {import("./record.js").Record} Record
 * @typedef {{version: string, model: {name: string, classes: string[], sha256: string},
 *   settings: {[name: string]: {default: any, low: number, high: number, step: number, unit: string, help: string}},
 *   feedback: {enabled: boolean, stored: string}, gradcam: boolean,
 *   limits: {upload_bytes: number, pixels: number}, camera: null|{name: string}}} Config
 * @module api
 */

import { Refusal, Silence } from "./connection.js";

/** Longer than any reading takes; a server that says nothing for so long is gone. */
const PATIENCE_MS = 30_000;

export class Api {
  /** @param {import("./connection.js").Connection} connection is told how every call went */
  constructor(connection) {
    this.connection = connection;
  }

  /** @returns {Promise<Config>} */
  config() {
    return this.#json("/api/config");
  }

  /** The model card. */
  model() {
    return this.#json("/api/model");
  }

  /**
   * Reads a picture.
   * @param {BodyInit} picture
   * @param {{[name: string]: string|number|boolean}} query
   * @param {AbortSignal} [signal]
   * @returns {Promise<Record>}
   */
  read(picture, query, signal) {
    return this.#json(`/api/read?${parameters(query)}`, { method: "POST", body: picture, signal });
  }

  /**
   * Where the network looked.
   * @param {{crop: string, label: string}} question
   * @returns {Promise<{scores: {[label: string]: number}, gradcam: string}>}
   */
  explain(question) {
    return this.#json("/api/explain", posted(question));
  }

  /** @param {{crop: string, scores: object, read: string, label: string, model: string}} entry @returns {Promise<{id: number}>} */
  keep(entry) {
    return this.#json("/api/feedback", posted(entry));
  }

  /** @returns {Promise<{entries: any[]}>} */
  kept() {
    return this.#json("/api/feedback");
  }

  /** Deletes one piece of feedback, or all. @param {number|string} [id] */
  forget(id) {
    return this.#ask(id === undefined ? "/api/feedback" : `/api/feedback/${id}`, { method: "DELETE" });
  }

  /**
   * The next frame of the camera of the desktop, with its record: a length, the record, the JPEG.
   * @param {{after: number, details: boolean}} query
   * @param {AbortSignal} signal
   * @returns {Promise<{record: any, jpeg: Blob}|null>} null where none came for a while
   */
  async live(query, signal) {
    const answer = await this.#ask(`/api/live?${parameters(query)}`, { signal });
    if (answer.status === 204) return null;
    const bytes = await answer.arrayBuffer();
    const length = new DataView(bytes).getUint32(0);
    const record = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
    return { record, jpeg: new Blob([bytes.slice(4 + length)], { type: "image/jpeg" }) };
  }

  /** @param {string} address @param {RequestInit} [options] */
  async #json(address, options) {
    return (await this.#ask(address, options)).json();
  }

  /** @param {string} address @param {RequestInit} [options] */
  async #ask(address, options = {}) {
    const signals = [AbortSignal.timeout(PATIENCE_MS), ...(options.signal ? [options.signal] : [])];
    const answer = await fetch(address, { ...options, signal: AbortSignal.any(signals) }).catch((error) => {
      options.signal?.throwIfAborted();
      this.connection.tell("gone");
      throw new Silence("The server does not answer.", { cause: error });
    });
    this.connection.tell(stateAfter(answer.status));
    if (!answer.ok) throw await refusalOf(answer);
    return answer;
  }
}

/** @param {{[name: string]: any}} query */
function parameters(query) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== false);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

/** @param {object} content */
function posted(content) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) };
}

/** @param {number} status */
function stateAfter(status) {
  if (status === 503) return "busy";
  return status === 401 ? "locked" : "here";
}

/** @param {Response} answer */
async function refusalOf(answer) {
  const told = await answer.json().catch(() => ({}));
  return new Refusal(answer.status, told.error ?? {}, Number(answer.headers.get("Retry-After") ?? 1));
}
