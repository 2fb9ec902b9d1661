"""Changes of contracts for machines that read test results: JUnit XML. One test = one change of one contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from contracts import ContractError

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class ChangeResult:
    """A change as a test: its name is the change's id, "unchanged" where a contract has none."""

    contract: str
    name: str
    what: str
    failure: str = ""  # why it fails; "" = it passes
    trouble: str = ""  # why nothing could be judged


def write_junit(results: Sequence[ChangeResult], path: Path) -> None:
    """Write the changes as a JUnit test suite. Raises ContractError if the file cannot be written."""
    suite = ElementTree.Element("testsuite", name="harness breaking", tests=str(len(results)))
    suite.set("failures", str(sum(bool(one.failure) for one in results)))
    suite.set("errors", str(sum(bool(one.trouble) for one in results)))
    for one in results:
        case = ElementTree.SubElement(suite, "testcase", classname=one.contract, name=_printable(one.name), time="0")
        if one.failure or one.trouble:
            tag = "error" if one.trouble else "failure"
            told = ElementTree.SubElement(case, tag, message=_printable(one.trouble or one.failure))
            told.text = _printable(one.what)
        elif one.what:
            ElementTree.SubElement(case, "system-out").text = _printable(one.what)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    try:
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        what = f"the JUnit results cannot be written: {error.strerror}"
        raise ContractError(what, where=str(path), todo="choose another file") from error


def _printable(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
