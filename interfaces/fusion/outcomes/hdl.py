"""What the service dataLoadDataSets says of a HCM load: the data set with its counts, its messages, its failed lines.

How a file of failed lines shows its messages is unconfirmed: read are COMMENT lines directly above a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from interfaces.fusion.outcomes.answers import Answer, Report
from interfaces.fusion.outcomes.documents import HTML_TODO, count, decoded, html
from interfaces.fusion.outcomes.errors import ReportError
from interfaces.hdl_grammar import Dat

KEYS = ("SourceSystemOwner", "SourceSystemId", "ConcatenatedUserKey")
"""Fields of a message that name an object."""

_REFUSED = ("ObjectLoadErrorCount", "ObjectRollbackErrorCount", "ObjectUnprocessedCount")
_LOOKED_AT = (
    "FileLineImportSuccessCount", "FileLineImportErrorCount", "ObjectTotalCount", "ObjectSuccessCount", *_REFUSED,
)  # fmt: skip
_RUNNING = frozenset({"ORA_UNPROCESSED", "ORA_IN_PROGRESS"})
_IN_ERROR = "ORA_IN_ERROR"


def parse_data_set(
    data_set: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], name: str = "data set"
) -> Report:
    """Return what a data set and its messages say: an answer per message, and its counts of objects, never of lines.

    A data set that ended without looking at a line or an object was refused as a whole: by its messages without a
    key, or without words if there are none. Raises ReportError if ``data_set`` or a message is no JSON object.
    """
    if not isinstance(data_set, Mapping) or not all(isinstance(message, Mapping) for message in messages):
        raise ReportError(
            "no JSON object of dataLoadDataSets", where=name, todo="give the replies of the service as they came"
        )
    nothing = _nothing(data_set)
    answers = [_answer(message, entry, nothing) for entry, message in enumerate(messages, start=1)]
    if nothing and _text(data_set.get("DataSetStatusCode")) == _IN_ERROR and not any(one.whole for one in answers):
        answers.append(Answer("", whole=True))
    refused = [number for field in _REFUSED if (number := _number(data_set.get(field))) is not None]
    return Report(
        "hdl", name, tuple(answers), counted="objects",
        selected=_number(data_set.get("ObjectTotalCount")), accepted=_number(data_set.get("ObjectSuccessCount")),
        rejected=sum(refused) if refused else None,
    )  # fmt: skip


def _nothing(data_set: Mapping[str, Any]) -> bool:
    """True if the load has ended and looked at no line and no object, good or bad."""
    counts = [number for field in _LOOKED_AT if (number := _number(data_set.get(field))) is not None]
    return bool(counts) and not any(counts) and _text(data_set.get("DataSetStatusCode")) not in _RUNNING


def _answer(message: Mapping[str, Any], entry: int, nothing: bool) -> Answer:
    kind = _text(message.get("MessageTypeCode")).upper()
    warning = "WARN" in kind or "INFO" in kind
    keys = {field: text for field in KEYS if (text := _text(message.get(field)))}
    return Answer(
        " ".join(_text(message.get("MessageText")).split()),
        keys=keys,
        table=_text(message.get("DatFileName")),
        component=_text(message.get("BusinessObjectDiscriminator")),
        line=_number(message.get("FileLine")) or 0,
        whole=nothing and not keys and not warning,
        warning=warning,
        entry=entry,
    )


def parse_failed_lines(name: str, data: bytes) -> Report:
    """Return what a file of failed lines says: an answer per line and message, named by the values of the line.

    Raises ReportError if it has no record, or none with a message: then it may be the payload itself.
    """
    text = decoded(data)
    if html(text):
        raise ReportError("an HTML page, no failed lines", where=name, todo=HTML_TODO)
    messages = _comments(text)
    answers = list(_failed(Dat(text.encode()), messages, name))
    if not any(answer.said for answer in answers):
        what = "no failed lines: no record has a message" if answers else "no file of failed lines"
        raise ReportError(
            what, where=name, todo="generate it with includeMessagesFlag true; do not give the payload itself"
        )
    return Report("hdl", name, tuple(answers), counted="lines")


def failed_lines(text: str) -> bool:
    """True for the text of a .dat file, which failed lines are, and payloads, too."""
    words = (line.lstrip("| \t").partition("|")[0].split(" ")[0] for line in text.split("\n", 200)[:200])
    return any(word == "METADATA" for word in words)


def _comments(text: str) -> dict[int, list[str]]:
    """Messages by the physical line below them."""
    found: dict[int, list[str]] = {}
    above: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        word, _, rest = line.strip().lstrip("|").partition(" ")
        if word == "COMMENT" and rest.strip():
            above.append(rest.strip())
        elif line.strip():
            if above:
                found[number] = above
            above = []
    return found


def _failed(dat: Dat, messages: Mapping[int, Sequence[str]], name: str) -> Iterator[Answer]:
    entry = 0
    for block in dat.blocks:
        lines = block.lines if block.attributes is not None else repeat("", len(block.numbers))
        for line, number in zip(lines, block.numbers, strict=True):
            entry += 1
            values = dat.tokens.split(line)[0][2:]
            keys = {
                key: value.strip() for key, value in zip(block.attributes or (), values, strict=False) if value.strip()
            }
            for said in messages.get(number, ("",)):
                yield Answer(said, keys=keys, table=name, component=block.component, entry=entry)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else count(_text(value))


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
