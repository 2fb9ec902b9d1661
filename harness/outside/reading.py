"""Which format a file of results has, told by what it holds, not by its name; and what it says."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from harness.errors import UsageError
from harness.outside import allure
from harness.outside.executions import Execution, counted, plain
from harness.outside.junit import read_junit
from harness.outside.mapping import ProviderMapping
from harness.outside.table import csv_rows, read_table, xlsx_rows
from interfaces import Limits, Package, PayloadError, open_package
from raid_log import OutsideFile

LIMITS = Limits(total_bytes=64 * 1024**2, ratio=200, members=20_000)
"""What a file may hold, unpacked: 64 MB, 20,000 results."""
_WORKBOOK = "xl/workbook.xml"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_TODO = "give JUnit XML, Allure results (a folder or a zip of it), CSV or xlsx: docs/taas.md"


def read_outside(
    path: Path, mapping: ProviderMapping, *, at: datetime, run: str = "", limits: Limits = LIMITS
) -> OutsideFile:
    """Return what a provider's file says; nothing is written, and no attachment of a test is kept.

    ``run`` names the run; without it a run is called by its beginning, else by the content of the file. ``at`` is the
    moment of the import. Raises UsageError for a file of no known format, one that is damaged, empty, unsafe or larger
    than ``limits``, and for what cannot be in it.
    """
    run = plain(run)
    if os.path.isdir(path):  # noqa: PTH112 - unlike Path.is_dir no error for a path that cannot be: refused below
        return _allure(plain(path.resolve().name), _folder(path, limits), mapping, run, at)
    package = _opened(path, limits)
    name, documents = plain(path.name), {member.name: member.data for member in package.members}
    if not package.archive:
        return _plain_file(name, package.sha256, documents[path.name], mapping, run, at)
    if _WORKBOOK in documents:
        rows = xlsx_rows(name, documents, mapping.sheet)
        return OutsideFile(mapping.provider, name, "xlsx", package.sha256, read_table(name, rows, mapping, run, at))
    results = {member: data for member, data in documents.items() if allure.is_result(member)}
    if not results:
        raise UsageError("an archive of neither a workbook nor Allure results", where=name, todo=_TODO)
    if len({member.rpartition("/")[0] for member in results}) > 1:
        raise UsageError("Allure results of several folders", where=name, todo="give them one by one")
    return _allure(name, {member.rpartition("/")[2]: data for member, data in results.items()}, mapping, run, at)


def _opened(path: Path, limits: Limits) -> Package:
    try:
        package = open_package(path, limits=limits)
    except PayloadError as error:
        raise UsageError(error.what.replace("payload", "file"), where=str(path), todo=error.todo) from error
    if package.facts:
        fact = package.facts[0]
        where = f"{path.name}, {fact.member}" if fact.member else path.name
        todo = "of Allure results zip the files *-result.json alone, without attachments"
        raise UsageError(fact.detail, where=plain(where), todo=todo if package.archive else _TODO)
    return package


def _plain_file(name: str, sha256: str, data: bytes, mapping: ProviderMapping, run: str, at: datetime) -> OutsideFile:
    if data.startswith(_OLD_EXCEL):
        raise UsageError("a workbook of the old format, or with a password", where=name, todo="save it as .xlsx")
    text = _text(name, data)
    if not text.strip():
        raise UsageError("the file is empty", where=name, todo=_TODO)
    if text.lstrip().startswith("<"):
        return _of_tests(name, "junit", sha256, read_junit(name, text, mapping, run), mapping, at)
    if text.lstrip().startswith(("{", "[")):
        raise UsageError("a single JSON document", where=name, todo="give the folder of Allure results")
    rows = csv_rows(name, text)
    return OutsideFile(mapping.provider, name, "csv", sha256, read_table(name, rows, mapping, run, at))


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"not UTF-8: byte {error.start + 1:,}", where=name, todo="save the file as UTF-8") from error


def _folder(path: Path, limits: Limits) -> dict[str, bytes]:
    """The results in the folder itself; attachments and folders within it are not opened."""
    try:
        found = {one: one.lstat() for one in sorted(path.iterdir()) if allure.is_result(one.name)}
        if other := [one for one, status in found.items() if not stat.S_ISREG(status.st_mode)]:
            todo = "put the result itself in its place, or take it out"
            raise UsageError("a link, or no regular file", where=str(other[0]), todo=todo)
        size = sum(status.st_size for status in found.values())
        if not found:
            raise UsageError(f"a folder without Allure results (*{allure.END})", where=str(path), todo=_TODO)
        if len(found) > limits.members or size > limits.total_bytes:
            what = f"{len(found):,} results of {size:,} bytes; {limits.members:,} of {limits.total_bytes:,} are taken"
            raise UsageError(what, where=str(path), todo="give them in parts")
        return {one.name: one.read_bytes() for one in found}
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), todo="check the permissions") from error


def _allure(name: str, results: Mapping[str, bytes], mapping: ProviderMapping, run: str, at: datetime) -> OutsideFile:
    texts = {member: _text(f"{name}, {plain(member)}", data) for member, data in results.items()}
    return _of_tests(name, "allure", _digest(results), allure.read_allure(name, texts, run), mapping, at)


def _digest(results: Mapping[str, bytes]) -> str:
    """SHA-256 of the results by name: the same for a folder and for any zip of it."""
    lines = (f"{hashlib.sha256(data).hexdigest()} {plain(member)}\n" for member, data in sorted(results.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _of_tests(
    name: str, format: str, sha256: str, found: Iterable[Execution], mapping: ProviderMapping, at: datetime
) -> OutsideFile:
    named = [one if one.run else replace(one, run=f"sha256:{sha256[:12]}") for one in found]
    results, failed = counted(named, mapping, at)
    return OutsideFile(mapping.provider, name, format, sha256, results, failed if mapping.open_issues else ())
