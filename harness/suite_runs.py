"""A run of the property suite, read from the JUnit XML that pytest writes of it. Nothing but its counts is taken."""

from __future__ import annotations

import hashlib
import re
import stat
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from harness.errors import UsageError
from harness.safe_xml import xml_root

if TYPE_CHECKING:
    from raid_log import SuiteRun

LARGEST = 64 * 1024**2
"""Bytes of a file that is read."""
_MODULE = "test_properties"
_TEST = re.compile(r"test_p\d+_\w+\[(?P<profile>.+)-(?P<contract>[^-\]]+)\]")
_TODO = "give the file that `harness suite --junitxml FILE` writes"


def read_suite_run(path: Path, profiles: Collection[str]) -> SuiteRun:
    """Return when the property suite ran, and how many tests of each contract passed and failed.

    Counted are the tests on ``profiles``, the names under which the profile may have been asked for; a test that was
    skipped is neither. Raises UsageError for a file that is missing, too large, unsafe, or no report of one pytest run.
    """
    from raid_log import SuiteRun

    data = _bytes(path)
    suite = _suite(path, data)
    passed: dict[str, int] = defaultdict(int)
    failed: dict[str, int] = defaultdict(int)
    for case in suite.iter("testcase"):
        test = _TEST.fullmatch(case.get("name", ""))
        ours = case.get("classname", "").rpartition(".")[2] == _MODULE
        if not (ours and test and test["profile"] in profiles) or case.find("skipped") is not None:
            continue
        broken = case.find("failure") is not None or case.find("error") is not None
        (failed if broken else passed)[test["contract"]] += 1
    counts = {contract: (passed[contract], failed[contract]) for contract in sorted({*passed, *failed})}
    return SuiteRun(path.name, hashlib.sha256(data).hexdigest(), _ran_at(path, suite), counts)


def _bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UsageError("no regular file", where=str(path), todo=_TODO)  # a pipe never ends, nor does a device
        if status.st_size > LARGEST:
            raise UsageError(f"more than {LARGEST // 1024**2} MB", where=str(path), todo=_TODO)
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), todo=_TODO) from error


def _suite(path: Path, data: bytes) -> Element:
    root = xml_root(data, str(path), _TODO)
    suites = root.findall("testsuite") if root.tag == "testsuites" else []
    if len(suites) != 1:
        raise UsageError("no report of one pytest run", where=str(path), todo=_TODO)
    return suites[0]


def _ran_at(path: Path, suite: Element) -> datetime:
    try:
        moment = datetime.fromisoformat(suite.get("timestamp", ""))
    except ValueError as error:
        raise UsageError("it does not say when the suite ran", where=str(path), todo=_TODO) from error
    if moment.tzinfo is None:
        raise UsageError("the moment of the suite has no offset", where=str(path), todo=_TODO)
    return moment
