"""XML that strangers wrote, read without trust: JUnit reports, and what a workbook is made of."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from harness.errors import UsageError


def xml_root(document: str | bytes, where: str, todo: str) -> Element:
    """Return the root of a document; of a text, whatever encoding it declares, for it is decoded already.

    Raises UsageError for what is no well-formed XML, and unread for DTDs and entities: a few lines of them fill the
    memory, or fetch what stands elsewhere.
    """
    try:
        root: Element = fromstring(document, forbid_dtd=True)
    except DefusedXmlException as error:
        what = "the XML has a DTD, declares entities or points outside itself; it was not read"
        raise UsageError(what, where=where, todo=todo) from error
    except (ParseError, ValueError, LookupError) as error:
        place = f"{where}, line {error.position[0]}" if isinstance(error, ParseError) else where
        raise UsageError("no well-formed XML", where=place, todo=todo) from error
    return root
