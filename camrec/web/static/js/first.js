/* Runs before the first paint, so that a chosen scheme never flashes the other one. No module: those come later. */
try {
  const theme = JSON.parse(localStorage.getItem("camrec.theme"));
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the system's scheme it is.
}
