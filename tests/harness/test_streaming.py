"""A payload that is never held whole gets the verdicts of one that is."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts import CheckResult, Contract, breakers, contract_ids, load, load_profile
from harness.checking import check, check_stream
from harness.choosing import names_inside
from harness.in_parts import check_in_parts
from interfaces import (
    Dialect,
    Limits,
    PayloadError,
    delimited,
    open_stream,
    read,
    record_estimate,
    scan,
    streaming,
    streams,
    write,
)

PROFILE = load_profile("nc_district")
assert PROFILE.path is not None
PARTS = 4  # in which units, keys and lists have to find together
DELIVERIES = sorted(path for path in (PROFILE.path / "payloads").rglob("*") if path.is_file())


def both(path: Path, contract: Contract, folder: Path) -> tuple[CheckResult, CheckResult, pl.DataFrame]:
    """The results of a payload held whole and of one in some parts, and all findings of the latter."""
    folder.mkdir()
    found: list[pl.DataFrame] = []
    whole = check(read(path, contract), contract, all_findings=True)
    stream = open_stream(path, contract, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "BLOCK", stream.total // PARTS + 1)
        patch.setattr(streaming, "PART", 1)
        parts = check_stream(stream, contract, folder, sink=found.append)
    return whole, parts, pl.concat([whole.findings.clear(), *found])


def assert_same(path: Path, contract: Contract, folder: Path, *, every_word: bool = True) -> CheckResult:
    """Demand the same rules, units, findings and predictions of both."""
    whole, parts, found = both(path, contract, folder)
    assert parts.rules == whole.rules
    assert parts.units.rows() == whole.units.rows()
    order = ["rule", "file", "row", "line"]
    # a message names the columns that some record fills, of the payload or of the part
    told = pl.all() if every_word else pl.exclude("value", "message")
    assert found.sort(order).select(told).rows() == whole.findings.sort(order).select(told).rows()
    assert parts.samples.sort(order).select(told).rows() == whole.samples.sort(order).select(told).rows()
    assert sorted(parts.predictions.rows()) == sorted(whole.predictions.rows())
    assert (parts.payload, parts.sha256, parts.records, parts.members) == (
        whole.payload, whole.sha256, whole.records, whole.members
    )  # fmt: skip
    return parts


STREAMED = [
    (contract.id, path)
    for path in DELIVERIES
    for contract in [next((load(id_, PROFILE) for id_ in PROFILE.register[path.parent.name].contracts), None)]
    if contract and streams(contract)
]


@pytest.mark.parametrize(("contract", "path"), STREAMED, ids=[path.name for _, path in STREAMED])
def test_example_deliveries_get_the_same_verdicts_in_parts(contract: str, path: Path, tmp_path: Path) -> None:
    assert_same(path, load(contract, PROFILE), tmp_path / "parts")


@pytest.mark.slow
@pytest.mark.parametrize("identity", contract_ids(PROFILE))
def test_a_breaker_of_each_kind_of_rule_gets_the_same_verdicts_in_parts(identity: str, tmp_path: Path) -> None:
    contract = load(identity, PROFILE)
    if not streams(contract):
        pytest.skip(f"{contract.channel} payloads are read whole")
    by_kind = {breaker.rule.kind: breaker for breaker in breakers(contract)}
    for at, breaker in enumerate(by_kind.values()):
        path = tmp_path / f"{at}.zip"
        write(path, contract, breaker.records)
        assert_same(path, contract, tmp_path / f"parts{at}", every_word=False)


def test_ctrl_c_while_a_check_breaks_off_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The query engine and Python each raise it once, the second one where the reader is cleared away."""

    def ahead(scanned: Iterator[scan.Block]) -> Iterator[scan.Block]:
        try:
            yield from scanned
        except GeneratorExit:
            raise KeyboardInterrupt from None

    def told(records: int, done: int) -> None:
        raise KeyboardInterrupt("first")

    monkeypatch.setattr(delimited, "_ahead", ahead)
    monkeypatch.setattr(scan, "BLOCK", 1000)
    monkeypatch.setattr(streaming, "PART", 1)
    contract = load("finance.gl_journals", PROFILE)
    path = next(path for path in DELIVERIES if path.name.startswith("GlInterface"))
    stream = open_stream(path, contract, tmp_path)
    with pytest.raises(KeyboardInterrupt) as caught:
        check_stream(stream, contract, tmp_path, told=told)
    assert caught.value.args == ()


@pytest.mark.parametrize("encoding", ["rot13", "hex", "undefined", "idna", "no-such"])
def test_an_encoding_that_is_none_of_text_is_told_as_for_a_payload_held_whole(tmp_path: Path, encoding: str) -> None:
    contract = load("finance.gl_journals", PROFILE)
    file = contract.files["gl"]
    contract = replace(contract, files={"gl": replace(file, csv=replace(file.csv, encoding=encoding))})
    path = tmp_path / "GlInterface.csv"
    path.write_text("NEW,1\n")
    told = []
    for opening in (lambda: read(path, contract), lambda: open_stream(path, contract, tmp_path)):
        with pytest.raises(PayloadError) as caught:
            opening()
        told.append((caught.value.what, caught.value.todo))
    assert told[0][0].startswith(f"encoding '{encoding}' cannot be used")
    assert told[0] == told[1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "UTF16"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["bare", "marked"])
def test_texts_of_two_or_four_bytes_may_have_no_mark(tmp_path: Path, encoding: str, mark: str) -> None:
    contract = load("finance.gl_journals", PROFILE)
    file = contract.files["gl"]
    contract = replace(contract, files={"gl": replace(file, csv=replace(file.csv, encoding=encoding))})
    path = tmp_path / "GlInterface.csv"
    width = "utf-32" if "32" in encoding else "utf-16"
    path.write_bytes((mark + "NEW,1\nNEW,2\n").encode(f"{width}-{sys.byteorder[0]}e"))
    assert assert_same(path, contract, tmp_path / "parts").records == 2


def cut_short(path: Path) -> None:
    os.truncate(path, 0)


def written_over(path: Path) -> None:
    data = path.read_bytes()
    with path.open("r+b") as file:
        file.write(data[::-1])
    os.utime(path, ns=(0, 0))  # clocks of file systems are coarse


@pytest.mark.skipif(os.name != "posix", reason="a file that is read cannot be changed")
@pytest.mark.parametrize("change", [cut_short, written_over, Path.unlink])
def test_a_payload_that_is_written_to_while_it_is_read_has_no_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    """The system kills a process that reads a mapped file behind its end."""
    contract = load("finance.gl_journals", PROFILE)
    path = tmp_path / "GlInterface.csv"
    write(path, contract, contract.examples["balanced_journal"].records, dialect=Dialect(zipped=False))
    path.write_bytes(path.read_bytes() * 1000)
    expected = check(read(path, contract), contract)
    changes = iter([change])

    @contextmanager
    def watched(total: int) -> Iterator[Callable[[int, int], None]]:
        yield lambda records, done: next(changes, lambda path: None)(path)

    monkeypatch.setattr(scan, "BLOCK", 1000)
    monkeypatch.setattr(streaming, "PART", 500)
    options: dict[str, Any] = {"as_of": None, "sample": 100, "load_all_or_nothing": True, "limits": Limits()}
    if change is Path.unlink:
        assert check_in_parts(path, contract, **options, watched=watched).units.rows() == expected.units.rows()
        return
    with pytest.raises(PayloadError, match="the payload was changed while it was read") as caught:
        check_in_parts(path, contract, **options, watched=watched)
    assert caught.value.where == str(path)


def packed(name: str, content: bytes, method: int) -> bytearray:
    """A zip of one member, to be damaged."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, content)
    return bytearray(out.getvalue())


def test_how_large_a_damaged_archive_is_nobody_knows_and_nothing_is_raised(tmp_path: Path) -> None:
    path = tmp_path / "payload.zip"
    damaged = packed("GlInterface.csv", b"a,b\n" * 1000, zipfile.ZIP_LZMA)
    damaged[60:80] = b"\xff" * 20  # lzma has an error of its own
    path.write_bytes(damaged)
    assert record_estimate(path) == 0
    path.write_bytes(packed("ä.csv", b"a,b\n", zipfile.ZIP_DEFLATED).replace("ä".encode(), b"\xc3\xff", 1))
    assert record_estimate(path) == 0


def test_a_member_without_a_name_is_no_contracts(tmp_path: Path) -> None:
    path = tmp_path / "payload.zip"
    path.write_bytes(packed("?", b"", zipfile.ZIP_STORED).replace(b"?", b"\0"))
    assert names_inside(path) == [""]
    assert "package.unsafe" in [fact.rule for fact in read(path, load("finance.gl_journals", PROFILE)).facts]
