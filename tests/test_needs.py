"""A command without its packages says which and how to get them."""

from __future__ import annotations

import sys

import pytest

from camrec import ModelError
from camrec.cli.needs import needs


def test_what_is_installed_is_not_imported_for_it():
    sys.modules.pop("wave", None)
    needs("listening", "wave")
    assert "wave" not in sys.modules


def test_what_is_missing_is_named_with_the_extra():
    with pytest.raises(
        ModelError, match=r"^training needs nokeras and noplots; .*camrec\[train\]"
    ):
        needs("training", "json", "nokeras", "noplots")
