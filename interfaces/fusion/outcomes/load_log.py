"""The log of SQL*Loader, one per file of the load: which records it refused, and how many rows it loaded.

The shape is that of SQL*Loader everywhere. That Fusion deletes all rows when one is refused, and says so in the log,
is unconfirmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from interfaces.fusion.outcomes.answers import Answer, Report
from interfaces.fusion.outcomes.documents import HTML_TODO, count, decoded, html
from interfaces.fusion.outcomes.errors import ReportError

LOAD_FAILED = "load failed"
"""Said of every record where the rows of a load were deleted because of some of them."""

_MARK = re.compile(r"SQL\*Loader: Release|SQL\*Loader-\d+:|Total\s+logical\s+records\s+(?:read|rejected)\b")
_UNDONE = re.compile(r"All\s+rows\s+of\s+the\s+load\s+were\s+deleted\s+because\s+of\s+load\s+errors")
_HEAD = re.compile(
    r"^[ \t]*Record\s+(?P<record>[\d,]+):\s+(?:Rejected|Discarded)\s+-\s+"
    r"(?:Error\s+on\s+table\s+(?P<table>\S+?)(?:,\s+column\s+(?P<column>\S+?))?\s*\.(?=\s|\Z))?",
    re.M,
)
_END = re.compile(r"\n[ \t]*(?:\n|Record\s+[\d,]+:|Table\s+\S+:|Total\s+logical\s)")
_ORA = re.compile(r"ORA-\d{5}")
_FATAL = re.compile(r"^[ \t]*(SQL\*Loader-\d+):[ \t]*(.*)$", re.M)
_TABLE = re.compile(r"^[ \t]*Table\s+(\S+?)(?:,\s+loaded\s+from|:[ \t]*$)", re.M)
_LOADED = re.compile(r"([\d,]+)\s+Rows?\s+successfully\s+loaded")
_TOTAL = re.compile(r"Total\s+logical\s+records\s+(read|rejected):\s*([\d,]+)")


def recognised(text: str) -> bool:
    """True for the text of a load log."""
    return _MARK.search(text) is not None or _UNDONE.search(text) is not None


def parse(name: str, data: bytes) -> Report:
    """Return what a load log says: an answer per refused record, and the counts of records read, loaded, refused.

    Discarded records are refused, too: they are not in the interface table. A message of SQL*Loader itself refuses
    the whole file, and so does, for all files, the line that all rows were deleted. Raises ReportError for other text.
    """
    text = decoded(data)
    if not recognised(text):
        what = "an HTML page, no load log" if html(text) else "no log of SQL*Loader"
        raise ReportError(what, where=name, todo=HTML_TODO if html(text) else "give the .log of a load request")
    tables = [_plain(table) for table in _TABLE.findall(text)]
    table = tables[0] if tables else ""
    answers = [*_records(text, table), *_fatal(text, table)]
    undone = _UNDONE.search(text) is not None
    if undone:
        answers.append(Answer(LOAD_FAILED, whole=True))
    totals = {word: count(number) for word, number in _TOTAL.findall(text)}
    loaded = [number for number in map(count, _LOADED.findall(text)) if number is not None]
    return Report(
        "load", name, tuple(answers), counted="lines", table=table,
        selected=totals.get("read"), rejected=totals.get("rejected"),
        accepted=0 if undone else sum(loaded) if loaded else None,
    )  # fmt: skip


def _records(text: str, table: str) -> Iterator[Answer]:
    heads = list(_HEAD.finditer(text))
    for head, after in zip_longest(heads, heads[1:]):
        end = after.start() if after else len(text)
        reason = _reason(text[head.end() : end])
        code = _ORA.search(reason)
        named = _plain(head["table"] or "") or table
        number = count(head["record"]) or 0
        yield Answer(code[0] if code else reason, reason, _plain(head["column"] or ""), table=named, record=number)


def _reason(rest: str) -> str:
    """The sentence after the head of a refusal, its wrapped lines joined."""
    rest = "\n" + rest.strip()
    end = _END.search(rest)
    return " ".join(rest[: end.start() if end else None].split())


def _fatal(text: str, table: str) -> Iterator[Answer]:
    for code, reason in _FATAL.findall(text):
        yield Answer(code, reason.strip(), table=table, whole=True, warning="warning" in reason.lower())


def _plain(name: str) -> str:
    """A table or column without owner and quotes."""
    return name.replace('"', "").rpartition(".")[2]
