"""What a character may be called: the class lists of models, and the label lists of known sets."""

from __future__ import annotations

from string import ascii_lowercase as LOWER
from string import ascii_uppercase as UPPER
from string import digits as TEN

from camrec.errors import DataError

OTHER = "none"  # the class of everything that a model is not made for
DIGITS = tuple(TEN)
CLASSES = (*DIGITS, OTHER)
"""Classes of the digits model, in the order of its scores."""
NONE = CLASSES.index(OTHER)

KINDS = {
    "digits": CLASSES,
    "letters": (*LOWER, OTHER),
    "alnum": (*TEN, *LOWER, OTHER),
}
"""Class list of each kind of model. Letters are case folded: a lone o, s or x has the same shape in both cases."""

_MERGED = TEN + UPPER + "abdefghnqrt"  # EMNIST joins the letters whose cases look alike
KNOWN = {
    "emnist-byclass": (0, TEN + UPPER + LOWER),
    "emnist-bymerge": (0, _MERGED),
    "emnist-balanced": (0, _MERGED),
    "emnist-letters": (1, LOWER),
    "choice-letters": (0, LOWER + UPPER),
    "notmnist": (0, LOWER[:10]),
}
"""Sets whose labels are no digits, by how their name begins: first label, and its name and those that follow.

EMNIST's lists are those of its mapping files (Cohen, Afshar, Tapson, van Schaik, "EMNIST", 2017).
"""


def class_names(kind: str) -> tuple[str, ...]:
    """The class list of a kind of model; labels are indices into it.

    Parameters
    ----------
    kind : {"digits", "letters", "alnum"}

    Returns
    -------
    tuple of str
        The last one, "none", is everything else.

    Raises
    ------
    DataError
        Where there is no such kind.
    """
    if kind not in KINDS:
        raise DataError(f"{kind}: no such list of classes; name one of {', '.join(KINDS)}")  # fmt: skip
    return KINDS[kind]


def place(name: str, classes: tuple[str, ...]) -> int:
    """Index of `name` among `classes`, or of its small letter; -1 where neither is there."""
    for spelled in (name, name.lower()):
        if spelled in classes:
            return classes.index(spelled)
    return -1
