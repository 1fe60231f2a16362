"""Is everything here that reading needs, and how fast is it? For ``camrec doctor`` and ``camrec bench``.

This file and :mod:`camrec.checks.packages` import nothing that may be missing.
"""
