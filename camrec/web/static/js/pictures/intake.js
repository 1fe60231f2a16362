/**
 * Ways in for pictures: dropped, pasted, chosen.
 * @module pictures/intake
 */

import { byId } from "../dom.js";

/**
 * @param {HTMLElement} stage that shows where to drop
 * @param {(files: File[]) => void} take
 */
export function startIntake(stage, take) {
  const chooser = byId("pictures-files");
  chooser.addEventListener("change", () => {
    takeFrom(chooser, take);
    // So that the same file can be chosen once more.
    chooser.value = "";
  });
  for (const id of ["pictures-add", "pictures-choose"]) byId(id).addEventListener("click", () => chooser.click());
  addEventListener("paste", (event) => takeFrom(event.clipboardData, take));
  startDropping(stage, take);
}

/** Files may be dropped anywhere on the page: missing the stage must not open them in its place. @param {HTMLElement} stage @param {(files: File[]) => void} take */
function startDropping(stage, take) {
  addEventListener("dragover", (event) => {
    event.preventDefault();
    stage.classList.add("dropping");
  });
  addEventListener("dragleave", (event) => event.relatedTarget ?? stage.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    stage.classList.remove("dropping");
    takeFrom(event.dataTransfer, take);
  });
}

/** @param {{files: FileList}|null} data @param {(files: File[]) => void} take */
function takeFrom(data, take) {
  const files = [...(data?.files ?? [])];
  if (files.length) take(files);
}
