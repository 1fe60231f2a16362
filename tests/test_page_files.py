"""The files of the page, without a browser: small, of one origin, in agreement with themselves and with camrec."""

from __future__ import annotations

import re
from pathlib import Path

import camrec
from camrec.stream import overlay
from camrec.stream.records import CSV_COLUMNS

STATIC = Path(camrec.__file__).parent / "web" / "static"
INDEX = (STATIC / "index.html").read_text(encoding="utf-8")
WORKER = re.compile(r'new Worker\("/static/([^"]+)"\)')
IMPORT = re.compile(r'^(?:import|export) .*?from "([^"]+)";', re.MULTILINE)


def imported(module: Path, seen: set[Path] | None = None) -> set[Path]:
    """A module and all that it imports, and they."""
    seen = set() if seen is None else seen
    if module not in seen:
        seen.add(module)
        for name in IMPORT.findall(module.read_text(encoding="utf-8")):
            imported((module.parent / name).resolve(), seen)
    return seen


def workers(modules: set[Path]) -> set[Path]:
    """The files that modules start as workers."""
    texts = (module.read_text(encoding="utf-8") for module in modules)
    return {STATIC / name for text in texts for name in WORKER.findall(text)}


def addressed(html: str) -> set[Path]:
    """The files that a page names."""
    return {STATIC / name for name in re.findall(r'"/static/([^"]+)"', html)}


def test_every_module_is_loaded_ahead_and_none_else() -> None:
    preloads = re.findall(r'"modulepreload" href="/static/([^"]+)"', INDEX)
    main = STATIC / "js" / "main.js"
    assert {STATIC / name for name in preloads} == imported(main) - {main}


def test_every_file_is_used() -> None:
    page = imported(STATIC / "js" / "main.js") | addressed(INDEX)
    page |= workers(page)
    api = (STATIC / "api.html").read_text(encoding="utf-8")
    used = page | addressed(api) | {STATIC / "index.html", STATIC / "api.html"}
    assert {path for path in STATIC.rglob("*") if path.is_file()} == used


def test_nothing_needs_a_foreign_host_or_a_lax_policy() -> None:
    for path in STATIC.rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")  # fmt: skip
        assert not re.search(r"(src|href|url\(|import|fetch\()\W*https?:", text), path
        if path.suffix == ".html":
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script>", text), path


def test_what_changes_all_the_time_is_not_said() -> None:
    (meter,) = re.findall(r'<[^>]+id="camera-meter"[^>]*>', INDEX)
    assert not re.search(r"<output|role=|aria-live", meter)


def test_styles_are_of_something() -> None:
    styles = "".join(path.read_text("utf-8") for path in (STATIC / "css").iterdir())
    pages = "".join(path.read_text("utf-8") for path in STATIC.rglob("*.*") if path.suffix in (".js", ".html"))  # fmt: skip
    for name in set(re.findall(r"^\s*--([\w-]+):", styles, re.MULTILINE)):
        assert f"var(--{name})" in styles or re.search(rf"\b{name}\b", pages), name
    for name in set(re.findall(r"\.([a-z][\w-]*)(?=[^{}]*\{)", styles)):
        assert re.search(rf"\b{name}\b", pages), name


def test_ids_that_modules_ask_for_are_in_the_page() -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', INDEX))
    for module in imported(STATIC / "js" / "main.js"):
        asked = set(re.findall(r'byId\("([^"]+)"\)', module.read_text(encoding="utf-8")))  # fmt: skip
        assert asked <= ids, module.name


def test_the_page_speaks_as_camrec_does() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    record = (STATIC / "js" / "record.js").read_text(encoding="utf-8")
    downloads = (STATIC / "js" / "downloads.js").read_text(encoding="utf-8")
    for name in ("sure", "likely", "doubtful", "number"):
        blue, green, red = getattr(overlay, name.upper())
        assert f"--{name}: #{red:02x}{green:02x}{blue:02x};" in tokens
    assert f"SURE_FROM = {overlay.SURE_FROM};" in record
    assert f"LIKELY_FROM = {overlay.LIKELY_FROM};" in record
    columns = re.search(r"COLUMNS = \[([^\]]+)\]", downloads)
    assert columns and tuple(re.findall(r'"(\w+)"', columns[1])) == CSV_COLUMNS
