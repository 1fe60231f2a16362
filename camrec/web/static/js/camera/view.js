/**
 * The Camera view: starts and stops, shows states, wires the buttons.
 * @module camera/view
 */

import { Desk } from "../desk.js";
import { byId, make, setText } from "../dom.js";
import { onKey } from "../keys.js";
import { recall, remember } from "../preferences.js";
import { withDetails } from "../record.js";
import { current } from "../router.js";
import { Stage, pointOf } from "../stage.js";
import { oneAtATime } from "../time.js";
import { readBrowserCamera } from "./browser.js";
import { readDesktopCamera } from "./desktop.js";
import { closeCamera, listCameras, openCamera } from "./device.js";
import { explain, UNPLUGGED } from "./faults.js";
import { Meter } from "./meter.js";

const METER_MS = 500; // figures that change faster cannot be read

export class CameraView {
  desk = new Desk();
  /** @type {"off"|"starting"|"on"|"frozen"|"fault"} */
  state = "off";
  #stage = new Stage(byId("camera-overlay"), this.desk);
  #video = /** @type {HTMLVideoElement} */ (byId("camera-video"));
  #meter = new Meter();
  /** @type {MediaStream|null} */
  #stream = null;
  /** @type {AbortController|null} ends the reading that runs */
  #run = null;
  /** @type {Blob|null} the frame that was read last */
  #jpeg = null;
  #desktop = false;

  /**
   * @param {import("../api.js").Api} api
   * @param {import("../choices.js").Choices} choices
   */
  constructor(api, choices) {
    this.api = api;
    this.choices = choices;
    this.#stage.drawsPicture = false;
    this.#wireButtons();
    this.#wireKeys();
    byId("camera-overlay").addEventListener("click", (/** @type {MouseEvent} */ event) => this.#stage.chooseAt(pointOf(event)));
    const readStill = oneAtATime(() => this.#readStill());
    this.desk.addEventListener("choice", () => this.state === "frozen" && !this.desk.digit?.scores && this.#detailStill());
    choices.addEventListener("change", () => this.state === "frozen" && readStill());
    setInterval(() => this.#showMeter(), METER_MS);
    this.#mirror(recall("mirror", false));
  }

  /** Under `camrec live --browser` the view shows the desktop's camera, and starts by itself. @param {import("../api.js").Config} config */
  configure({ camera }) {
    if (!camera || this.#desktop) return;
    this.#desktop = true;
    byId("camera-device").replaceChildren(make("option", {}, camera.name));
    this.start();
  }

  /** @param {string} [id] of the camera */
  async start(id) {
    this.#release();
    this.#become("starting");
    const run = (this.#run = new AbortController());
    try {
      if (!this.#desktop) await this.#play(id, run.signal);
      this.#become("on");
      await this.#follow(run.signal);
    } catch (error) {
      // Ended on purpose: whoever ended it has shown what comes next.
      if (!run.signal.aborted) this.#fail(explain(error));
    }
  }

  stop() {
    this.#release();
    this.desk.choose(null);
    this.desk.put(null);
    this.#stage.refresh();
    this.#become("off");
  }

  /** @param {string|undefined} id @param {AbortSignal} signal */
  async #play(id, signal) {
    const stream = await openCamera(id);
    if (signal.aborted) closeCamera(stream);
    signal.throwIfAborted();
    this.#stream = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => !signal.aborted && this.#fail(UNPLUGGED));
    this.#video.srcObject = stream;
    await this.#video.play();
    await this.#showCameras();
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    const query = () => ({ ...this.choices.query, details: this.desk.chosen !== null });
    const recover = (/** @type {unknown} */ error) => this.#recover(error, signal);
    const readings = this.#desktop
      ? readDesktopCamera(this.api, query, recover, signal)
      : readBrowserCamera(this.#video, this.api, query, recover, signal);
    for await (const { record, picture, jpeg, delay } of readings) {
      signal.throwIfAborted();
      this.#jpeg = jpeg;
      this.#meter.count(delay);
      this.desk.put({ record, picture, name: "camera.jpg" });
      this.#stage.draw();
    }
  }

  /** Takes the boxes off a picture that nobody reads any more, and waits. @param {unknown} error @param {AbortSignal} signal */
  async #recover(error, signal) {
    signal.throwIfAborted();
    if (this.choices.explain(error)) return this.#patternMended(signal);
    this.desk.put(null);
    this.#stage.draw();
    this.#meter.clear();
    await this.api.connection.recover(error, signal);
  }

  /** @param {AbortSignal} signal @returns {Promise<void>} */
  #patternMended(signal) {
    return new Promise((resolve, reject) => {
      this.choices.addEventListener("change", () => resolve(), { once: true });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  #freeze() {
    if (this.state === "frozen") return this.#thaw();
    if (this.state !== "on" || !this.desk.reading) return;
    this.#run?.abort();
    this.#become("frozen");
    if (this.desk.chosen !== null && !this.desk.digit?.scores) this.#detailStill();
  }

  async #thaw() {
    const run = (this.#run = new AbortController());
    this.#become("on");
    await this.#follow(run.signal).catch((error) => run.signal.aborted || this.#fail(explain(error)));
  }

  /** What the network saw of the digits of the frozen frame. */
  async #detailStill() {
    const { reading } = this.desk;
    const detailed = await this.#readFrame().catch(() => null);
    if (!detailed || !reading || this.desk.reading !== reading) return;
    this.desk.put({ ...reading, record: withDetails(reading.record, detailed) });
  }

  /** Reads the frozen frame anew, with other choices. */
  async #readStill() {
    try {
      const record = await this.#readFrame();
      if (this.state !== "frozen" || !this.desk.reading) return;
      this.desk.put({ ...this.desk.reading, record });
      this.#stage.refresh();
    } catch (error) {
      if (!this.choices.explain(error)) await this.api.connection.recover(error);
    }
  }

  #readFrame() {
    return this.api.read(/** @type {Blob} */ (this.#jpeg), { ...this.choices.query, rotate: 0, details: true });
  }

  #release() {
    this.#run?.abort();
    closeCamera(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
    this.#meter.clear();
  }

  /** @param {import("./faults.js").Fault} fault */
  #fail(fault) {
    this.stop();
    this.#become("fault");
    setText(byId("camera-title"), fault.title);
    setText(byId("camera-text"), fault.text);
    setText(byId("camera-start"), "Try again");
  }

  /** @param {CameraView["state"]} state */
  #become(state) {
    this.state = state;
    byId("camera-stage").dataset.state = state;
    const runs = state === "on" || state === "frozen";
    byId("camera-empty").hidden = runs;
    byId("camera-start").disabled = state === "starting";
    setText(byId("camera-start"), state === "starting" ? "Waiting for the camera…" : "Start the camera");
    byId("camera-freeze").disabled = !runs;
    byId("camera-freeze").setAttribute("aria-pressed", String(state === "frozen"));
    byId("camera-stop").disabled = !runs;
    byId("camera-device").disabled = this.#desktop || !runs;
    this.#stage.drawsPicture = this.#desktop || state === "frozen";
    this.#stage.refresh();
    this.#showMeter();
  }

  #showMeter() {
    const meter = byId("camera-meter");
    meter.hidden = this.state !== "on" && this.state !== "frozen";
    setText(meter, this.state === "frozen" ? "frozen" : `${this.#meter.rate}/s · ${Math.round(this.#meter.delay)} ms behind`);
  }

  async #showCameras() {
    const cameras = await listCameras();
    const open = this.#stream?.getVideoTracks()[0].getSettings().deviceId;
    const options = cameras.map(({ id, name }) => make("option", { value: id, selected: id === open }, name));
    byId("camera-device").replaceChildren(...options);
  }

  #wireButtons() {
    byId("camera-start").addEventListener("click", () => this.start());
    byId("camera-stop").addEventListener("click", () => this.stop());
    byId("camera-freeze").addEventListener("click", () => this.#freeze());
    byId("camera-mirror").addEventListener("click", () => this.#mirror(!this.#stage.mirrored));
    byId("camera-boxes").addEventListener("click", () => this.#turnBoxes());
    byId("camera-full").addEventListener("click", () => turnFullScreen());
    byId("camera-device").addEventListener("change", (/** @type {any} */ event) => this.start(event.target.value));
    document.addEventListener("fullscreenchange", () => {
      byId("camera-full").setAttribute("aria-pressed", String(document.fullscreenElement !== null));
    });
    byId("camera-full").hidden = !document.fullscreenEnabled;
  }

  #wireKeys() {
    const here = (/** @type {() => void} */ act) => () => (current() === "camera" ? act() : false);
    onKey(" ", here(() => this.#freeze()));
    onKey("m", here(() => this.#mirror(!this.#stage.mirrored)));
    onKey("b", here(() => this.#turnBoxes()));
    onKey("f", here(() => turnFullScreen()));
  }

  /** @param {boolean} mirrored */
  #mirror(mirrored) {
    this.#stage.mirrored = mirrored;
    byId("camera-stage").classList.toggle("mirrored", mirrored);
    byId("camera-mirror").setAttribute("aria-pressed", String(mirrored));
    remember("mirror", mirrored);
    this.#stage.refresh();
  }

  #turnBoxes() {
    this.#stage.drawsBoxes = !this.#stage.drawsBoxes;
    byId("camera-boxes").setAttribute("aria-pressed", String(this.#stage.drawsBoxes));
    this.#stage.refresh();
  }
}

function turnFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else byId("camera").requestFullscreen();
}
