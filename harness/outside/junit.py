"""JUnit XML: ``testsuites`` / ``testsuite`` / ``testcase``, suites within suites, with and without the outer element.

Every tool has a dialect of its own. What is read is common to all: the elements ``failure``, ``error`` and ``skipped``,
the attributes name, classname, time, timestamp, type, status="notrun" (GoogleTest), and the counts of a suite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from harness.errors import UsageError
from harness.outside.executions import Execution, failure_type, plain
from harness.outside.mapping import ProviderMapping
from harness.safe_xml import xml_root

_SECONDS = re.compile(r"((\d{1,9}|[1-9]\d{0,2}(,\d{3}){1,2})(\.\d*)?|\.\d+)([eE][-+]?\d{1,2})?")
"""Thousands may be set off, as surefire does; another comma is refused, for nobody knows what it means."""
_MOCHA = "%a, %d %b %Y %H:%M:%S GMT"
_DEEPEST = 50
_TODO = "ask the provider for the file again"
_MOMENT = "write the timestamp as 2026-11-24T17:00:00, the time as seconds: 1234.5"


def read_junit(name: str, text: str, mapping: ProviderMapping, run: str) -> list[Execution]:
    """Return the tests of a report. The run of a suite is ``run``, else its timestamp or the nearest above, else blank.

    Raises UsageError for what is no JUnit report, and for a suite whose counts are not those of its tests.
    """
    suites = list(_suites(name, _root(name, text)))
    found: set[tuple[str, ...]] = set()
    for number, suite in enumerate(suites, start=1):
        where = f"{name}, suite {number} {suite.name}".rstrip()
        _refuse_miscounted(suite, where)
        tests = {(suite.name, run or suite.timestamp, *test) for test in suite.tests}
        if not found.isdisjoint(tests):  # suites of one name that hold other tests are one suite
            what = "tests of the suite and run stand twice"
            raise UsageError(what, where=where, todo="ask the provider for a file that names its suites apart")
        found |= tests
    return [
        execution
        for number, suite in enumerate(suites, start=1)
        for execution in _executions(suite, f"suite {number}", name, mapping, run)
    ]


@dataclass(frozen=True)
class _Suite:
    """A suite; its name holds those of the suites around it, blank if it has none itself."""

    element: Element
    name: str
    timestamp: str  # as it is written, its own or the nearest above
    depth: int = 0

    @property
    def cases(self) -> list[Element]:
        return self.element.findall("testcase")

    @property
    def tests(self) -> set[tuple[str, str]]:
        """Class and name of its tests; a tool may tell one of them twice."""
        return {(case.get("classname", ""), case.get("name", "")) for case in self.cases}


def _root(name: str, text: str) -> Element:
    root = xml_root(text.strip(), name, "ask the provider for a plain report")
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    if root.tag not in ("testsuites", "testsuite"):
        raise UsageError(f"XML, but no JUnit report: it begins with <{plain(root.tag)}>", where=name, todo=_TODO)
    if root.tag == "testsuites" and root.find("testcase") is not None:
        raise UsageError("a test stands outside of every suite", where=name, todo=_TODO)
    return root


def _suites(name: str, root: Element) -> Iterator[_Suite]:
    """Every suite, in the order of the file. Not recursive: depth is the provider's choice."""
    waiting = [
        _Suite(root, plain(root.get("name", "")) if root.tag == "testsuite" else "", plain(root.get("timestamp", "")))
    ]
    while waiting:
        one = waiting.pop()
        if one.depth > _DEEPEST:
            raise UsageError(f"more than {_DEEPEST} suites within each other", where=name, todo=_TODO)
        if one.element.tag == "testsuite":
            yield one
        inner = [_inside(one, element) for element in one.element.findall("testsuite")]
        waiting += reversed(inner)


def _inside(outer: _Suite, element: Element) -> _Suite:
    own = plain(element.get("name", ""))
    above = outer.name if outer.element.tag == "testsuite" else ""
    name = " / ".join(filter(None, (above, own))) if own or not element.findall("testcase") else ""
    return _Suite(element, name, plain(element.get("timestamp", "")) or outer.timestamp, outer.depth + 1)


def _refuse_miscounted(suite: _Suite, where: str) -> None:
    """What a suite says of itself counts its own tests, or those of the suites within it, too."""
    every = list(suite.element.iter("testcase"))
    for attribute, tag in (("tests", ""), ("failures", "failure"), ("errors", "error")):
        said = suite.element.get(attribute, "").strip()
        if not said:
            continue
        possible = {_having(suite.cases, tag), _having(every, tag), *([] if tag else [len(suite.tests)])}
        if not (said.isascii() and said.isdigit() and len(said) < 10):
            raise UsageError(f"{attribute} is {plain(said)!r}, no count", where=where, todo=_TODO)
        if int(said) not in possible:
            what = f"it says {attribute}={said}, but holds {_having(suite.cases, tag)}"
            raise UsageError(what, where=where, todo=_TODO)


def _having(cases: Sequence[Element], tag: str) -> int:
    return sum(not tag or case.find(tag) is not None for case in cases)


def _executions(suite: _Suite, place: str, file: str, mapping: ProviderMapping, run: str) -> Iterator[Execution]:
    where = f"{file}, {place} {suite.name}".rstrip()
    ended = _ended(suite, where, mapping)
    named = run or suite.timestamp
    for case in suite.cases:
        title = plain(case.get("name", ""))
        if not title:
            raise UsageError("a test has no name", where=where, todo=_TODO)
        classname = plain(case.get("classname", ""))
        failures = [element for tag in ("failure", "error") for element in case.findall(tag)]
        skipped = case.find("skipped") is not None or case.get("status") == "notrun"
        yield Execution(
            suite.name,
            named,
            f"{classname}.{title}" if classname else f"{suite.name} / {title}",
            title,
            "failed" if failures else "not_executed" if skipped else "passed",
            ended,
            failure=failure_type(failures[0].get("type", ""), failures[0].tag) if failures else "",
            place=place,
        )


def _ended(suite: _Suite, where: str, mapping: ProviderMapping) -> datetime | None:
    """When the suite began, and how long it took; None where it does not say when."""
    if not suite.timestamp:
        return None
    took = suite.element.get("time", "").strip() or "0"
    try:
        began = mapping.moment(_timestamp(suite.timestamp))
        if not _SECONDS.fullmatch(took):
            raise ValueError(took)
        # In UTC: where clocks are put back or forward meanwhile, the time that passed is not what they show.
        return began.astimezone(UTC) + timedelta(seconds=float(took.replace(",", "")))
    except (ValueError, OverflowError) as error:
        what = f"timestamp {plain(suite.timestamp)!r} with time {plain(took)!r} is no moment"
        raise UsageError(what, where=where, todo=_MOMENT) from error


def _timestamp(text: str) -> datetime:
    """ISO 8601, or as Mocha writes it: Tue, 24 Nov 2026 17:00:00 GMT."""
    if text.endswith(" GMT"):
        return datetime.strptime(text, _MOCHA).replace(tzinfo=UTC)
    return datetime.fromisoformat(text)
