"""Documents of any kind, told apart by what they hold, not by their names, and read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from interfaces.errors import PayloadError
from interfaces.fusion.outcomes import hdl, journal_import, load_log, payables, rows
from interfaces.fusion.outcomes.answers import Report
from interfaces.fusion.outcomes.documents import HTML_TODO, decoded, html, xml_root
from interfaces.fusion.outcomes.errors import ReportError
from interfaces.package import ZIP_STARTS, open_package

_PDF = b"%PDF-"


def read(documents: Mapping[str, bytes]) -> tuple[list[Report], list[str]]:
    """Return the reports among documents (name -> bytes), and the others that cannot be told, each with the reason.

    Passed over in silence are PDF files and plain logs of jobs, which hold no verdict. The replies of
    dataLoadDataSets, a data set and pages of its messages, make one report. Never raises.
    """
    reports: list[Report] = []
    strange: list[str] = []
    replies: dict[str, Any] = {}
    for name, data in documents.items():
        try:
            if (reply := _json(data)) is not None:
                replies[name] = reply
            elif report := _report(name, data):
                reports.append(report)
        except ReportError as error:
            strange.append(f"{name}: {error.what}")
    try:
        reports += _data_set(replies, strange)
    except ReportError as error:
        strange.append(f"{error.where}: {error.what}")
    return reports, strange


def unpacked(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the documents at these paths by name, those in a zip as ``zip/member``. Nothing is written to disk.

    Raises ReportError for what cannot be opened, and for an archive that is damaged, locked or unsafe.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        try:
            package = open_package(path)
        except PayloadError as error:
            raise ReportError(error.what.replace("payload", "report"), where=error.where, todo=error.todo) from error
        if package.facts:
            fact = package.facts[0]
            where = f"{path}, {fact.member}" if fact.member else str(path)
            raise ReportError(
                fact.detail, where=where, todo="download the output of the request again, or unpack it yourself"
            )
        for member in package.members:
            name = f"{path.name}/{member.name}" if package.archive else path.name
            found[name if name not in found else str(path / member.name if package.archive else path)] = member.data
    return found


def _report(name: str, data: bytes) -> Report | None:
    """The report in a document that is no JSON, None where it holds no verdict. Raises ReportError."""
    if data.startswith(_PDF):
        return None
    if data.startswith(ZIP_STARTS):
        raise ReportError("an archive; unpack it first", where=name)
    text = decoded(data)
    if not text.strip():
        if name.lower().endswith(".log"):
            return None  # a job that had nothing to say
        raise ReportError("it is empty", where=name)
    if html(text):
        raise ReportError(f"an HTML page: {HTML_TODO}", where=name)
    if text.lstrip().startswith("<"):
        return _of_xml(name, data)
    for recognised, parse in _TEXTS:
        if recognised(text):
            return parse(name, data)
    if _plain_log(name, text):
        return None
    raise ReportError("no report that is known: neither load log, import report, extract nor failed lines", where=name)


_TEXTS: tuple[tuple[Callable[[str], bool], Callable[[str, bytes], Report]], ...] = (
    (load_log.recognised, load_log.parse),
    (journal_import.recognised, journal_import.parse),
    (rows.recognised_text, rows.parse),
    (hdl.failed_lines, hdl.parse_failed_lines),
)


def _of_xml(name: str, data: bytes) -> Report:
    root = xml_root(name, data)
    if payables.recognised(root):
        return payables.of_root(name, root)
    if rows.recognised(root):
        return rows.of_root(name, root)
    raise ReportError("XML of no report that is known", where=name)


def _plain_log(name: str, text: str) -> bool:
    """True for the log of a job: printable text that a request wrote."""
    return name.lower().endswith(".log") or "request_id" in text.lower() or "request id" in text.lower()


def _json(data: bytes) -> Any:
    """The JSON object or list in a document, None if it is something else."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start not in (b"{", b"["):
        return None
    try:
        return json.loads(decoded(data))
    except (ValueError, RecursionError):
        return None


def _data_set(replies: Mapping[str, Any], strange: list[str]) -> list[Report]:
    """One report out of all replies of dataLoadDataSets. Raises ReportError where they are of several data sets."""
    sets: dict[str, Mapping[str, Any]] = {}
    messages: list[Mapping[str, Any]] = []
    for name, reply in replies.items():
        own = [item for item in _items(reply) if "MessageText" in item]
        found = [item for item in _items(reply) if "DataSetStatusCode" in item or "ObjectTotalCount" in item]
        messages += own
        for one in found:
            sets[f"{name}"] = one
            messages += [item for item in _items(one.get("messages") or []) if "MessageText" in item]
        if not own and not found and not _empty(reply):
            strange.append(f"{name}: JSON of no reply that is known")
    if len({one.get("RequestId") for one in sets.values()}) > 1:
        raise ReportError("replies of several data sets; give them one by one", where=", ".join(sets))
    if not sets and not messages:
        return []
    latest = next(reversed(sets.values()), {})
    return [hdl.parse_data_set(latest, messages, next(iter(sets or replies)))]


def _items(reply: Any) -> list[Mapping[str, Any]]:
    """The objects of a reply: itself, those of a list, or those of a collection's ``items``."""
    if isinstance(reply, Mapping):
        return [reply] if "items" not in reply else _items(reply["items"])
    return [item for item in reply if isinstance(item, Mapping)] if isinstance(reply, list) else []


def _empty(reply: Any) -> bool:
    """True for a collection without items: a load without messages."""
    return isinstance(reply, Mapping) and reply.get("items") == []
