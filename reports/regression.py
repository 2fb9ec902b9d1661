"""Results of the regression cases for others' tools: Allure results and JUnit XML. One test = one case.

As with deliveries, nothing that changes from run to run stands in a name, title or status message.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from contracts import Contract, ContractError
from reports.allure import CATEGORIES, RESULT_SEVERITY, owner, write_environment, write_result

_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "fusion-interface-harness/regression")
_DIFFERS = "judged otherwise than approved"
_CATEGORIES = (
    {"name": "Regression", "matchedStatuses": ["failed"], "messageRegex": rf"{_DIFFERS}[\s\S]*"},
    *CATEGORIES,
)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class CaseResult:
    """A case as its readers need it. ``lines`` is how it differs, ``trouble`` why it could not be judged."""

    name: str  # where the case lies, the same in every run
    title: str
    why: str
    contract_id: str
    contract: Contract | None  # None where it could not be loaded
    story: str  # title of the worst rule that is expected to fail
    severity: str
    kind: str  # valid or faulty
    state: str  # since the last run: new, changed, still failing, fixed, passing
    defect: str
    lines: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def status(self) -> str:
        """Allure's word: broken where nothing could be judged."""
        return "broken" if self.trouble else "failed" if self.lines else "passed"


def write_allure(results: Sequence[CaseResult], folder: Path, *, at: datetime, profile: str, version: str) -> int:
    """Write one Allure result per case into ``folder`` (made if missing) and return their number.

    ``at`` is the moment of the run: same cases and moment, same bytes. Raises ContractError if the folder cannot be
    written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in results:
            _write_result(one, folder, at)
        write_environment(folder, {"profile": profile, "started": at.isoformat(), "harness": version}, _CATEGORIES)
    except OSError as error:
        raise _unwritable("Allure results", folder, error) from error
    return len(results)


def write_junit(results: Sequence[CaseResult], path: Path, *, at: datetime) -> None:
    """Write the cases as a JUnit test suite: differences are failures, trouble is an error. Raises ContractError."""
    counts = {"failures": "failed", "errors": "broken"}
    suite = ElementTree.Element("testsuite", name="harness regress", timestamp=at.isoformat(timespec="seconds"))
    suite.set("tests", str(len(results)))
    for name, status in counts.items():
        suite.set(name, str(sum(one.status == status for one in results)))
    for one in results:
        case = ElementTree.SubElement(suite, "testcase", classname=one.contract_id, name=_printable(one.name), time="0")
        if one.status != "passed":
            tag = "error" if one.trouble else "failure"
            ElementTree.SubElement(case, tag, message=_printable(one.trouble or _message(one))).text = _text(one)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    try:
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise _unwritable("JUnit results", path, error) from error


def _write_result(one: CaseResult, folder: Path, at: datetime) -> None:
    identity = str(uuid.uuid5(_NAMES, f"{at.isoformat()} {one.name}"))
    attachments = []
    if one.lines:
        source = f"{identity}-attachment.txt"
        (folder / source).write_text("\n".join(one.lines) + "\n", encoding="utf-8", newline="\n")
        attachments = [{"name": "differences (masked)", "source": source, "type": "text/plain"}]
    write_result(
        folder,
        identity,
        case_id=uuid.uuid5(_NAMES, one.name).hex,
        full_name=f"regression {one.name}",
        name=one.title,
        verdict=(one.status, "" if one.status == "passed" else one.trouble or _message(one)),
        told={"description": f"{one.why}\n\nSince the last run: {one.state}. Differences: {len(one.lines)}."},
        moments=(at, at),
        labels=_labels(one),
        attachments=attachments,
    )


def _labels(one: CaseResult) -> Iterator[tuple[str, str]]:
    contract = one.contract
    department = contract.department if contract else one.contract_id.partition(".")[0]
    yield "epic", department
    yield "feature", one.contract_id
    yield "story", one.story
    yield "parentSuite", department
    yield "suite", one.contract_id
    yield "subSuite", "regression"
    yield "severity", RESULT_SEVERITY[one.severity]
    yield "owner", owner(contract) if contract else department
    yield "layer", "regression"
    yield "framework", "harness"
    yield "class", one.kind
    yield "evidence", "conformance"
    if contract:
        yield "contract_version", contract.version
        yield "release", contract.release
        yield "status", contract.status
    if one.defect:
        yield "defect", one.defect


def _message(one: CaseResult) -> str:
    return f"{_DIFFERS}: {one.story}"


def _text(one: CaseResult) -> str:
    return _printable("\n".join([one.why, *one.lines]))


def _printable(text: str) -> str:
    """The text without characters that no XML document may hold."""
    return _NO_XML.sub("·", text)


def _unwritable(what: str, path: Path, error: OSError) -> ContractError:
    reason = error.strerror or str(error)
    return ContractError(
        f"{what} cannot be written: {reason}", where=str(path), todo="name a place that can be written"
    )
