"""The execution report of Journal Import: codes per error line, unbalanced journals, and lines per source and group.

That the report is laid out in columns of fixed width under these headings, and that an error line shows source, date,
currency, entered amounts and account of its interface row, is unconfirmed; hence columns are found by their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from interfaces.fusion.outcomes.answers import Answer, Report
from interfaces.fusion.outcomes.documents import HTML_TODO, count, decoded, html
from interfaces.fusion.outcomes.errors import ReportError
from interfaces.fusion.outcomes.printed import by_words, rows

TABLE = "GL_INTERFACE"
ACCOUNT = "ACCOUNT"
"""Key of an error line that no interface column bears: the filled segments, joined."""
JOURNAL = "REFERENCE4"
"""Key of an unbalanced journal: its name."""

_TITLE = re.compile(r"Journal\s+Import\s+Execution\s+Report", re.I)
_SECTIONS = {
    "batches created": "batches",
    "unbalanced journal entries": "unbalanced",
    "error lines": "errors",
    "totals": "totals",
    "error key": "legend",
    "error key legend": "legend",
}
_GROUPS = re.compile(r"Total:?\s*([\d,]+)\s+group\s+id", re.I)
_PAGE = re.compile(r"^\s*Page\b.*\d|\bPage:?\s+\d+(?:\s+of\s+\d+)?\s*$", re.I)
_CODE = re.compile(r"[A-Z]{1,4}\d{0,3}")
_WARNING = re.compile(r"W[A-Z]\d+|ECW\d+|P")
"""WU01, WF01, ECW1, and P, which stands on rows that were taken."""

_WORDS = {
    "error code": "CODES",
    "source": "USER_JE_SOURCE_NAME",
    "date": "ACCOUNTING_DATE",
    "currency": "CURRENCY_CODE",
    "accounted debit": "ACCOUNTED_DR",
    "accounted credit": "ACCOUNTED_CR",
    "debit": "ENTERED_DR",
    "credit": "ENTERED_CR",
    "journal": JOURNAL,
    "period": "PERIOD_NAME",
    "account": ACCOUNT,
}
_COUNTS = {"error": "error", "success": "success"}


def recognised(text: str) -> bool:
    """True for the text of an execution report."""
    return _TITLE.search(text) is not None or _GROUPS.search(text) is not None


def parse(name: str, data: bytes) -> Report:
    """Return what an execution report says: an answer per code of an error line and per unbalanced journal.

    ``accepted`` and ``rejected`` are the success and error lines of all sources and groups, None where the totals are
    missing; ``selected`` is 0 where no group was selected, else not told. Warnings are marked as such. The Error Key,
    which lists all codes there are, is left out. Raises ReportError for other text.
    """
    text = decoded(data)
    if not recognised(text):
        what = "an HTML page, no execution report" if html(text) else "no execution report of Journal Import"
        todo = (
            HTML_TODO
            if html(text)
            else "give the .txt of the request Import Journals: Child, not the log of its parent"
        )
        raise ReportError(what, where=name, todo=todo)
    sections = _sections(text)
    errors = list(_errors(sections["errors"]))
    answers = [*errors, *_unbalanced(sections["unbalanced"], errors)]
    success, error = _totals(sections["totals"])
    groups = _GROUPS.search(text)
    nothing = groups is not None and count(groups[1]) == 0
    return Report(
        "journals", name, tuple(answers), counted="lines", table=TABLE,
        selected=0 if nothing else None, accepted=0 if nothing else success, rejected=0 if nothing else error,
    )  # fmt: skip


def _sections(text: str) -> dict[str, list[str]]:
    """Lines per section, without page heads; the legend's are thrown away. Sections may come in any order."""
    found: dict[str, list[str]] = {section: [] for section in ("", *_SECTIONS.values())}
    current = ""
    for line in text.split("\n"):
        heading = " ".join(line.split()).rstrip(":").lower()
        if heading in _SECTIONS:
            current = _SECTIONS[heading]
            found[current].append("")
        elif _TITLE.search(line) or _PAGE.search(line) or _GROUPS.search(line):
            found[current].append("")
        else:
            found[current].append(line)
    del found["legend"]
    return found


def _errors(lines: Sequence[str]) -> Iterator[Answer]:
    for entry, row in enumerate(rows(lines), start=1):
        keys = by_words(row, _WORDS)
        said = keys.pop("CODES", "")
        if not any(keys.values()):
            continue  # a sentence such as "No data", not a line
        codes = [part for part in re.split(r"[,;\s]+", said) if part]
        if not all(_CODE.fullmatch(code) for code in codes):
            codes = [said]
        for code in codes or [""]:
            warning = _WARNING.fullmatch(code) is not None
            yield Answer(code, keys=keys, table=TABLE, warning=warning, entry=entry)


def _unbalanced(lines: Sequence[str], errors: Sequence[Answer]) -> Iterator[Answer]:
    """Unbalanced journals. With suspense posting they are taken, and their lines carry WU01 instead of EU02."""
    codes = {answer.said for answer in errors}
    taken = "WU01" in codes and "EU02" not in codes
    first = max((answer.entry for answer in errors), default=0) + 1
    for entry, row in enumerate(rows(lines), start=first):
        keys = by_words(row, _WORDS)
        if keys.get(JOURNAL) and sum(map(bool, keys.values())) > 1:
            yield Answer("WU01" if taken else "EU02", keys=keys, table=TABLE, warning=taken, entry=entry)


def _totals(lines: Sequence[str]) -> tuple[int | None, int | None]:
    """Success and error lines of all sources and groups; None where the table is missing or a line of it cut off."""
    success: list[int | None] = []
    error: list[int | None] = []
    for row in rows(lines, wrapped=False):
        counted = by_words(row, _COUNTS)
        if any(counted.values()) and not row.get("source", "").lower().startswith("total"):
            success.append(count(counted.get("success")))
            error.append(count(counted.get("error")))
    return _sum(success), _sum(error)


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None
