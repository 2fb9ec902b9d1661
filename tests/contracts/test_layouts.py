"""Oracle's column facts as shipped, and which of them are in force for a release."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from contracts import ContractError
from contracts.layouts import SHIPPED, in_force, releases, variants

FILES = sorted(path for path in SHIPPED.rglob("*.csv") if path.name != "_sources.csv")
TYPES = {"VARCHAR2", "NUMBER", "DATE", "TIMESTAMP", "FLAG", "CONTEXT", "TIME", "RAW", "RAW(hex)", "CLOB", "BLOB", ""}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_layouts() -> None:
    assert len(FILES) > 100
    assert releases() == tuple(sorted(releases()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SHIPPED).as_posix())
def test_positions_count_from_one_and_columns_stand_once(path: Path) -> None:
    facts = rows(path)
    assert [row["position"] for row in facts] == [str(number) for number in range(1, len(facts) + 1)]
    names = [row["column"] for row in facts]
    assert len(set(names)) == len(names)
    assert all(names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SHIPPED).as_posix())
def test_types_and_certainties_are_known_words(path: Path) -> None:
    for row in rows(path):
        assert row["type"] in TYPES, row
        assert row["certainty"] in ("known", "likely", "memory"), row
        assert row["required"] in ("Y", "C", "N", ""), row
        assert not row["length"] or row["length"].isdigit(), row
        assert not row["scale"] or row["scale"].isdigit(), row


@pytest.mark.parametrize(
    "folder", sorted(path for path in SHIPPED.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_the_source_of_every_layout_is_named(folder: Path) -> None:
    named = [row["layout"] for row in rows(folder / "_sources.csv")]
    assert sorted(named) == sorted(
        path.relative_to(folder).with_suffix("").as_posix() for path in FILES if path.is_relative_to(folder)
    )


@pytest.mark.parametrize(("release", "width"), [("23B", 149), ("25C", 149), ("26C", 149), ("99D", 149)])
def test_a_layout_stays_in_force_until_a_newer_one(release: str, width: int) -> None:
    layout = in_force("GlInterface", release)
    assert (layout.release, len(layout.columns)) == ("23B", width)


@pytest.mark.parametrize(
    ("release", "folder"), [("21A", "21A"), ("25A", "21A"), ("25B", "25B"), ("26B", "25B"), ("26C", "26C")]
)
def test_a_quarterly_folder_holds_only_what_changed(release: str, folder: str) -> None:
    assert in_force("ApInvoicesInterface", release).release == folder


@pytest.mark.parametrize(
    ("name", "release"),
    [("GlInterface", "23A"), ("NoSuchInterface", "26C"), ("HzImpPersonLang", "26C"), ("Worker/NoSuchComponent", "")],
)
def test_a_layout_that_is_not_in_force_is_refused_with_words(name: str, release: str) -> None:
    with pytest.raises(ContractError) as caught:
        in_force(name, release)
    assert caught.value.todo


def test_hdl_components_have_no_release() -> None:
    assert in_force("Worker/PersonName", "").release == "hdl"
    assert list(in_force("Worker/PersonName", "26C").columns) == list(in_force("Worker/PersonName", "").columns)


def test_other_widths_are_known_but_never_in_force() -> None:
    known = variants("PoHeadersInterfaceOrder")
    assert known[165] == "PoHeadersInterfaceOrder@2025"
    assert len(in_force("PoHeadersInterfaceOrder", "26C").columns) == 113
