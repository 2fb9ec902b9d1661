"""The elements of a report's data XML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def leaf(name: str, value: str) -> str:
    """Return an element that holds a text; characters that XML forbids become U+FFFD."""
    text = escape(_FORBIDDEN.sub("\ufffd", value), {"\r": "&#13;"})  # bare, a parser would read a line feed
    return f"<{name}>{text}</{name}>"


def branch(name: str, children: Iterable[str]) -> str:
    """Return an element that holds elements, each on a line of its own."""
    return "\n".join((f"<{name}>", *children, f"</{name}>"))
