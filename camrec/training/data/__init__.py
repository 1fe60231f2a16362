"""Labelled pictures of single characters: idx files, archives and folders of pictures, MNIST itself."""

from __future__ import annotations

from camrec.training.data.archives import letter_crops
from camrec.training.data.classes import CLASSES, DIGITS, KINDS, NONE, class_names
from camrec.training.data.folders import labelled_folder
from camrec.training.data.idx import read_idx
from camrec.training.data.mnist import mnist
from camrec.training.data.sets import (
    Crops,
    LabelledSet,
    extra_digits,
    find_sets,
    read_part,
    read_set,
    sliced,
)

__all__ = [
    "CLASSES",
    "DIGITS",
    "KINDS",
    "NONE",
    "Crops",
    "LabelledSet",
    "class_names",
    "extra_digits",
    "find_sets",
    "labelled_folder",
    "letter_crops",
    "mnist",
    "read_idx",
    "read_part",
    "read_set",
    "sliced",
]
