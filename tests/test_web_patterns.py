"""Patterns of strangers: the ordinary ones pass, those that could take for ever do not."""

from __future__ import annotations

import re
import time

import pytest

pytest.importorskip("fastapi", reason="the extra web is not installed")

from camrec.web.patterns import LONGEST, check_pattern

ORDINARY = [
    "",
    r"\d{4}",
    r"\d+",
    r"\d{2}\d*",
    "[0-9]{5}|[0-9]{9}",
    r"(19|20)\d\d",
    r"(0[1-9]|1[0-2])\d{2}",
    r"\d{1,3}(\d{3})*",
    r"(?:\d\d)+7?",
    r"^\d{4,6}$",
]

ENDLESS = [
    r"(\d+)*x",
    r"(\d+)+x",
    r"(\d|\d\d)*x",
    r"(\d?){30}x",
    r"(\d|\d\d){40}x",
    r"\d*\d*\d*\d*x",
    r"((((\d*)*)*)*)*x",
    r"(?=(\d+)+x)\d",
    r"(\d+)\1+x",
    "(){4000000000}",
    "(^){3999999}",
    r"(\b){3999999,}?x",
    r"(\d{0}){3999999}",
    r"(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)(1|12)x",
]


@pytest.mark.parametrize("regex", ORDINARY)
def test_an_ordinary_pattern_passes_and_is_quick(regex: str):
    check_pattern(regex)
    begin = time.perf_counter()
    re.fullmatch(regex, "1" * LONGEST + "y")
    assert time.perf_counter() - begin < 1


@pytest.mark.parametrize("regex", ENDLESS)
def test_a_pattern_that_could_take_for_ever_does_not(regex: str):
    with pytest.raises(ValueError, match="too many ways"):
        check_pattern(regex)


@pytest.mark.parametrize("regex", ["(", "[", "*", r"\d{3,1}", "(?P<", "(" * 5000])
def test_what_is_no_pattern_is_told_of(regex: str):
    with pytest.raises(ValueError, match="is not a regular expression"):
        check_pattern(regex)
