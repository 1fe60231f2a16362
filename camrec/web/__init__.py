"""The web page and the HTTP API; all but :mod:`camrec.web.feedback` needs the extra ``web``."""
