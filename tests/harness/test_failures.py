"""Failures are kept whole, the last one is found again, and damage is told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from harness import UsageError, failures

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "contract": "finance.gl_journals", "profile": "nc_district", "release": "26C", "property": "P3 write, then read",
    "seed": 7, "message": "the records differ", "as_of": date(2026, 11, 20),
}  # fmt: skip


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    path = tmp_path / "GlInterface.zip"
    path.write_bytes(b"bytes")
    return path


def test_a_failure_is_kept_with_its_payload_and_read_again(tmp_path: Path, payload: Path) -> None:
    folder = failures.save(tmp_path / "kept", payload, **FACTS, saved_at=NOON)
    assert folder.name == "finance.gl_journals-P3_write_then_read"
    read = failures.last(tmp_path / "kept")
    assert read.payload == folder / "GlInterface.zip"
    assert read.payload.read_bytes() == b"bytes"
    assert (read.seed, read.as_of, read.saved_at) == ("7", date(2026, 11, 20), NOON)
    assert {name: getattr(read, name) for name in FACTS if name not in ("seed", "as_of")} == {
        name: value for name, value in FACTS.items() if name not in ("seed", "as_of")
    }


def test_a_smaller_example_of_the_same_property_takes_the_place_of_the_larger(tmp_path: Path, payload: Path) -> None:
    failures.save(tmp_path, payload, **FACTS)
    smaller = tmp_path / "smaller.zip"
    smaller.write_bytes(b"b")
    folder = failures.save(tmp_path, smaller, **FACTS)
    assert sorted(path.name for path in folder.iterdir()) == ["failure.json", "smaller.zip"]


def test_the_last_of_several_is_the_one_saved_last(tmp_path: Path, payload: Path) -> None:
    failures.save(tmp_path, payload, **{**FACTS, "property": "P9"}, saved_at=NOON.replace(hour=9))
    failures.save(tmp_path, payload, **{**FACTS, "property": "P1"}, saved_at=NOON)
    failures.save(tmp_path, payload, **{**FACTS, "property": "P5"}, saved_at=NOON.replace(hour=10))
    assert failures.last(tmp_path).property == "P1"


def test_without_a_failure_there_is_a_hint(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no failure was kept") as caught:
        failures.last(tmp_path / "nowhere")
    assert "property" in caught.value.todo


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"payload": "gone.zip"}', "\udcff"])
def test_a_damaged_failure_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "failure.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match="a failure cannot be read") as caught:
        failures.last(tmp_path)
    assert caught.value.where.endswith("failure.json")


def test_a_failure_reads_no_payload_outside_its_folder(tmp_path: Path, payload: Path) -> None:
    folder = failures.save(tmp_path / "kept", payload, **FACTS)
    facts = json.loads((folder / "failure.json").read_text())
    (folder / "failure.json").write_text(json.dumps({**facts, "payload": "../../GlInterface.zip"}))
    assert failures.last(tmp_path / "kept").payload == folder / "GlInterface.zip"


def test_the_place_is_told_by_the_variable_else_by_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HARNESS_FAILURES", raising=False)
    assert failures.folder(tmp_path) == tmp_path / "out" / "failures"
    assert failures.folder() == Path(".harness-failures")
    monkeypatch.setenv("HARNESS_FAILURES", str(tmp_path / "there"))
    assert failures.folder(tmp_path) == tmp_path / "there"


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path, payload: Path) -> None:
    with pytest.raises(UsageError, match="cannot be kept"):
        failures.save(payload, payload, **FACTS)
