"""Engines, streaming and findings files of ``harness check``: the same verdicts, and errors in words."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from told import SPOILED, Desk

from contracts import batches


@pytest.fixture(autouse=True)
def workspace(desk: Desk) -> None:
    """One without settings of its own."""
    desk.settings("")


def report(desk: Desk, *options: str) -> tuple[int, Any, list[tuple[Any, ...]]]:
    """Exit code, JSON and all findings of a check of the same payload."""
    target, found = desk.folder / "check.json", desk.folder / "found.parquet"
    told = desk("check", desk.payload(SPOILED), "--json", target, "--findings", found, *options)
    assert told.code < 2, told.err
    return told.code, json.loads(target.read_text()), sorted(pl.read_parquet(found).rows())


@pytest.mark.parametrize("options", [("--engine", "duckdb"), ("--stream",), ("--no-stream",)], ids=" ".join)
def test_every_way_to_check_gives_the_same_json_and_findings(desk: Desk, options: tuple[str, ...]) -> None:
    code, told, found = report(desk)
    assert code == 1
    assert found
    assert report(desk, *options) == (code, told, found)


def test_a_large_payload_is_streamed_without_being_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = report(desk)
    desk.settings("stream_above = 3")
    streamed = []
    add = batches.Batches.add
    monkeypatch.setattr(batches.Batches, "add", lambda *given: (streamed.append(given[1]), add(*given)))
    assert report(desk) == expected
    assert streamed
    streamed.clear()
    assert report(desk, "--no-stream") == expected
    assert not streamed


def test_findings_as_csv_hold_what_the_parquet_file_holds(desk: Desk) -> None:
    target = desk.folder / "found.csv"
    desk("check", desk.payload(SPOILED), "--findings", target)
    _, _, found = report(desk)
    assert pl.read_csv(target, infer_schema=False).height == len(found)


@pytest.mark.parametrize("option", ["--json", "--findings"])
def test_a_payload_is_never_written_over(desk: Desk, option: str) -> None:
    payload = desk.folder / "GlInterface.csv"
    payload.write_text("NEW,1\n")
    link = desk.folder / "link.csv"
    link.hardlink_to(payload)
    told = desk("check", payload, option, link)
    assert told.code == 2
    assert "the payload would be written over" in told.err
    assert payload.read_text() == "NEW,1\n"


def test_two_results_have_two_files(desk: Desk) -> None:
    told = desk("check", desk.payload(SPOILED), "--json", desk.folder / "a.csv", "--findings", desk.folder / "a.csv")
    assert told.code == 2
    assert "--json and --findings name one file" in told.err


def test_a_full_temporary_folder_is_told_with_its_name_and_the_size_needed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(frame: pl.DataFrame, path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(batches, "write_part", full)
    told = desk("check", desk.payload(SPOILED), "--stream")
    assert told.code == 2
    assert "the temporary folder is full: about 1 MB are needed for GlInterface_20261120.zip" in told.err
    assert str(tmp_path) in told.err
    assert "TMPDIR" in told.err
    assert not list(tmp_path.glob("harness-*"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--engine", "oracle"), "no engine oracle"),
        (("--engine", "duckdb", "--stream"), "files are streamed, and by polars alone"),
        (("--engine", "spark", "--stream"), "files are streamed, and by polars alone"),
        (("--master", "local[2]"), "polars has no such option"),
        (("--engine", "duckdb", "--spark-folder", "."), "duckdb has no such option"),
        (("--findings", "found.xlsx"), "findings are written as .parquet or .csv"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(desk: Desk, options: tuple[str, ...], words: str) -> None:
    told = desk("check", desk.payload(SPOILED), *options)
    assert told.code == 2
    assert words in told.err


@pytest.mark.parametrize(("engine", "package"), [("duckdb", "duckdb"), ("spark", "pyspark")])
def test_an_engine_whose_package_is_missing_says_how_to_install_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, engine: str, package: str
) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delitem(sys.modules, f"contracts.sql.on_{engine}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    told = desk("check", desk.payload(SPOILED), "--engine", engine)
    assert told.code == 2
    assert f"package {package} is not installed" in told.err
    assert f"fusion-interface-harness[{engine}]" in told.err


def test_a_payload_that_is_read_whole_cannot_be_streamed(desk: Desk) -> None:
    told = desk("check", desk.payload("HR-01a/Worker_20261118.zip"), "--stream")
    assert told.code == 2
    assert "a hdl payload is read whole" in told.err


def test_without_a_temporary_folder_payloads_in_memory_are_checked_and_others_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(**_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    payload = desk.payload(SPOILED)
    with monkeypatch.context() as patch:
        patch.setattr("harness.scratch.tempfile.TemporaryDirectory", none)
        patch.setattr("harness.scratch.tempfile.gettempdir", none)
        assert desk("check", payload).code == 1
        for options in (("--stream",), ("--findings", desk.folder / "found.csv")):
            told = desk("check", payload, *options)
            assert told.code == 2
            assert "there is no temporary folder: No usable temporary directory found" in told.err
