"""Results of Allure: a folder, or a zip of it, with one ``*-result.json`` per execution of a test."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from harness.errors import UsageError
from harness.outside.executions import Execution, plain

END = "-result.json"
"""How the names of results end. Everything else in the folder, attachments above all, is left alone."""
SEVERITIES: Mapping[str, str] = {
    "blocker": "critical", "critical": "significant", "normal": "moderate", "minor": "minor", "trivial": "minor",
}  # fmt: skip
"""Allure's severity -> ours."""
_OUTCOMES: Mapping[str, Literal["passed", "failed", "not_executed"]] = {
    "passed": "passed", "failed": "failed", "broken": "failed", "skipped": "not_executed", "unknown": "not_executed",
}  # fmt: skip
_GROUPS = (("parentSuite", "suite"), ("epic", "feature"), ("story",))
_TODO = "ask the provider for the results again"


def is_result(path: str) -> bool:
    """True for the name of a result; what macOS puts beside a file, ``._name``, is none."""
    return path.endswith(END) and not path.rpartition("/")[2].startswith("._")


def read_allure(name: str, documents: Mapping[str, str], run: str) -> list[Execution]:
    """Return the tests of the documents (name -> text); executions of the same historyId count once, the latest.

    The run is ``run``, else the moment at which its first test began, else blank. Raises UsageError for a document
    that is no result.
    """
    latest: dict[str, tuple[tuple[int, int, str], dict[str, Any]]] = {}
    began: list[int] = []
    for member, text in sorted(documents.items()):
        where = f"{name}, {member}"
        result = _result(where, text)
        start, stop = _milliseconds(result, "start", where), _milliseconds(result, "stop", where)
        began += [start] if start else []
        key, order = _text(result, "historyId", where) or member, (stop or start, start, member)
        if key not in latest or latest[key][0] < order:
            latest[key] = order, result
    named = run or (_moment(min(began)).isoformat(timespec="seconds") if began else "")
    return [_execution(result, order[0], named, name, order[2]) for order, result in latest.values()]


def _result(where: str, text: str) -> dict[str, Any]:
    try:
        result = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("no JSON", where=where, todo=_TODO) from error
    if not isinstance(result, dict):
        raise UsageError("JSON, but no result of a test", where=where, todo=_TODO)
    return result


def _execution(result: Mapping[str, Any], ended: int, run: str, name: str, member: str) -> Execution:
    where = f"{name}, {member}"
    status = _text(result, "status", where) or "unknown"
    if status not in _OUTCOMES:
        todo = f"use one of {', '.join(_OUTCOMES)}"
        raise UsageError(f"no status of a test: {plain(status)}", where=where, todo=todo)
    title = plain(_text(result, "name", where))
    test = plain(_text(result, "fullName", where)) or title
    if not title:
        raise UsageError("a test has no name", where=where, todo=_TODO)
    labels = _labels(result.get("labels"))
    suite = next(filter(None, (_joined(labels, group) for group in _GROUPS)), "")
    failed = _OUTCOMES[status] == "failed"
    return Execution(
        suite,
        run,
        test,
        title,
        _OUTCOMES[status],
        _moment(ended) if ended else None,
        tuple(labels[kind] for kind in ("epic", "feature", "story", "suite") if kind in labels),
        SEVERITIES.get(labels.get("severity", ""), ""),
        status if failed else "",
        member,
    )


def _labels(given: Any) -> dict[str, str]:
    """The first label of each name."""
    found: dict[str, str] = {}
    for label in given if isinstance(given, list) else ():
        if isinstance(label, dict) and isinstance(label.get("name"), str) and isinstance(label.get("value"), str):
            found.setdefault(label["name"], plain(label["value"]))
    return found


def _joined(labels: Mapping[str, str], names: Iterable[str]) -> str:
    return " / ".join(labels[name] for name in names if labels.get(name))


def _text(result: Mapping[str, Any], key: str, where: str) -> str:
    value = result.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{key} is no text", where=where, todo=_TODO)
    return value or ""


def _milliseconds(result: Mapping[str, Any], key: str, where: str) -> int:
    """Milliseconds since 1970, 0 = not told."""
    value = result.get(key)
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value < 10**14:
        raise UsageError(f"{key} is no moment in milliseconds", where=where, todo=_TODO)
    return value


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
