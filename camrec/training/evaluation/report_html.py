"""An evaluation as one page that needs nothing beside it: tables and plots, in light and dark."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

CAPTIONS = {
    "confusion": "Who is taken for whom. Right answers are green; the darker a cell, the more of its row.",
    "per_digit": "Precision, recall and F1. A rejected character is not read, so it lowers recall.",
    "confidence": "How sure the model is when it is right, and when it is wrong.",
    "reliability": "How often the model is right against how sure it is, before and after the temperature.",
    "examples": "Ten of each character as the network sees them, with what it answered.",
    "mistakes": "The worst mistakes: wrong answers, the surest first.",
    "robustness": "Pictures that get worse, read by the whole path from the picture to the class.",
}
"""What each plot shows, by the stem of its file and in the order of the page."""

MEANINGS = """accuracy: the best class that is not “none” is right. rejected: “none” wins, so nothing is read. kept: of
what is read rightly, the share that is not rejected. All three are of the characters that the model has a class for; the
others should be rejected. ECE, the expected calibration error (15 bins of equal width; Guo et al., 2017), and all that follows
take the answer as a user meets it: the class that wins, and “none” is a wrong answer to a character that the model knows.
ECE before: without the card's temperature."""

CSS = """
:root { color-scheme: light dark; --ink: #1c2128; --paper: #fff; --line: #d0d7de; --pale: #57606a; --band: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d; --pale: #9198a1; --band: #161b22; }
}
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
table { border-collapse: collapse; display: block; overflow-x: auto; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; border: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { background: var(--band); }
figure { margin: 2rem 0; }
figcaption, .pale { color: var(--pale); }
img { max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line); border-radius: 6px; }
pre { overflow-x: auto; padding: 1rem; background: var(--band); border: 1px solid var(--line); border-radius: 6px; }
"""


def page(
    model: str,
    card: dict[str, Any],
    told: list[dict[str, Any]],
    texts: list[str],
    plots: list[list[Path]],
) -> str:
    """The whole page.

    Parameters
    ----------
    model : str
        Name of the weights' file.
    card : dict
        Of the model.
    told : list of dict
        What ``report.json`` says of each set.
    texts : list of str
        scikit-learn's classification report of each set.
    plots : list of list of Path
        PNG files of each set, named as in :data:`CAPTIONS`; they are copied into the page.
    """
    title = f"How well {model} reads"
    sections = "".join(_section(*parts) for parts in zip(told, texts, plots))
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{CSS}</style>
<h1>{escape(title)}</h1>
{_card(card)}
{_summary(told)}
<p class="pale">{escape(MEANINGS)}</p>
{sections}
</html>
"""


def percent(share: float | None) -> str:
    """A share in [0, 1] as a person reads it; a dash where there is none."""
    return "–" if share is None else f"{share:.2%}"


def _card(card: dict[str, Any]) -> str:
    """What the card says that a line can hold; lists and tables are in report.json."""
    facts = {key: value for key, value in card.items() if isinstance(value, (str, int, float))}  # fmt: skip
    told = " · ".join(f"{key.replace('_', ' ')} {value}" for key, value in facts.items() if key != "name")  # fmt: skip
    return f'<p class="pale">{escape(told)}</p>'


def _summary(told: list[dict[str, Any]]) -> str:
    head = ("set", "pictures", "accuracy", "rejected", "kept", "others", "others rejected", "ECE", "ECE before")  # fmt: skip
    keys = ("accuracy", "rejected", "kept", "others_rejected", "ece", "ece_uncalibrated")  # fmt: skip
    rows = []
    for one in told:
        shares = [percent(one[key]) for key in keys]
        rows.append([one["name"], one["images"], *shares[:3], one["others"], *shares[3:]])  # fmt: skip
    return _table(head, rows)


def _section(told: dict[str, Any], text: str, plots: list[Path]) -> str:
    parts = [f"<h2>{escape(told['name'])}</h2>"]
    parts += [_figure(path) for path in plots]
    if "robustness" in told:
        parts.append(_robustness(told["robustness"]))
    if text:
        parts.append(f"<h3>Classification report</h3><pre>{escape(text)}</pre>")
    return "\n".join(parts)


def _figure(path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    caption = escape(CAPTIONS[path.stem])
    return f'<figure><img src="data:image/png;base64,{data}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'


def _robustness(rows: list[dict[str, Any]]) -> str:
    head = ("corruption", "amount", "accuracy", "rejected", "misread")
    body = [
        [
            row["corruption"],
            f"{row['amount']:g} {row['unit']}" if row["unit"] else "",
            *(percent(row[key]) for key in head[2:]),
        ]
        for row in rows
    ]
    return _table(head, body)


def _table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    def line(cells: Sequence[object], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"  # fmt: skip

    body = "".join(line(row, "td") for row in rows)
    return f"<table><thead>{line(head, 'th')}</thead><tbody>{body}</tbody></table>"
