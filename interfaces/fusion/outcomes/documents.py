"""A document's bytes as text, XML or a count, whatever encoding, line ends and page breaks they came with."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from interfaces.fusion.outcomes.errors import ReportError

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ENDS = re.compile(r"\r\n?|\f")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_HTML = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_COUNT = re.compile(r"\d{1,3}(?:[,. ']\d{3})+|\d{1,18}")


def decoded(data: bytes) -> str:
    """Return the text of a document: UTF-8 with or without mark, UTF-16 with one, else Windows-1252; lines end in \\n.

    Form feeds become line ends and NUL bytes are left out. Never fails: what no encoding knows is replaced.
    """
    if data.startswith(_UTF16):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    return _ENDS.sub("\n", text).replace("\x00", "")


def xml_root(name: str, data: bytes) -> Element:
    """Return the root of an XML document, its tags without namespace and in capitals.

    Raises ReportError for anything else, for entities (a few lines of them fill the memory) and external references.
    """
    text = decoded(data)
    if html(text):
        raise ReportError("an HTML page, no report", where=name, todo=HTML_TODO)
    try:
        root: Element = fromstring(_DECLARATION.sub("", text, count=1).strip().encode())
    except DefusedXmlException as error:
        what = "the XML declares entities or points outside itself; it was not read"
        raise ReportError(what, where=name, todo="fetch the report again: Fusion writes none") from error
    except (ParseError, ValueError, LookupError) as error:
        where = f"{name}, line {error.position[0]}" if isinstance(error, ParseError) else name
        raise ReportError(
            "no well-formed XML", where=where, todo="fetch the report again; it may be cut off"
        ) from error
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2].upper()
    return root


def html(text: str) -> bool:
    """True for the text of a web page, such as a login or an error page that was saved as a report."""
    return _HTML.match(text[:2000]) is not None


HTML_TODO = "sign in and fetch the report again; this may be a login or an error page"


def count(text: str | None) -> int | None:
    """Return the number a report prints, thousands separators or not; None if there is none."""
    text = (text or "").strip()
    return int(re.sub(r"\D", "", text)) if _COUNT.fullmatch(text) else None
