"""What a register may say of volumes: the peak payload, its batch window, and how many units there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts import ContractError, load_profile, read_register
from contracts.profiles import REGISTER_COLUMNS, SHIPPED, VOLUME_COLUMNS

NEEDED = REGISTER_COLUMNS[: -len(VOLUME_COLUMNS) - 1]
VOLUMES = REGISTER_COLUMNS[:-1]
ROW = "FIN-01,Journals,Finance,inbound,FBDI,daily,few,high,Team,finance.gl_journals,S3,24,no,yes,1"


def register(folder: Path, columns: tuple[str, ...], row: str) -> Path:
    path = folder / "register.csv"
    path.write_text(f"{','.join(columns)}\n{row}\n", encoding="utf-8")
    return path


def test_a_register_without_volumes_is_read_and_declares_none(tmp_path: Path) -> None:
    row = read_register(register(tmp_path, NEEDED, ROW))["FIN-01"]
    assert (row.peak_records, row.window_minutes, row.census_units) == (None, None, None)


def test_volumes_are_whole_numbers_or_blank(tmp_path: Path) -> None:
    row = read_register(register(tmp_path, VOLUMES, f"{ROW},230000, 120 ,"))["FIN-01"]
    assert (row.peak_records, row.window_minutes, row.census_units) == (230_000, 120, None)


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "230 000", '"230,000"', "est. 500", "²", "9" * 30, "nan"])
def test_any_other_volume_is_refused_with_its_line(tmp_path: Path, number: str) -> None:
    for place in range(3):
        cells = ["", "", ""]
        cells[place] = number
        with pytest.raises(ContractError, match=f"{VOLUME_COLUMNS[place]} .* is no whole number") as refused:
            read_register(register(tmp_path, VOLUMES, f"{ROW},{','.join(cells)}"))
        assert str(refused.value.where).endswith("register.csv:2")


@pytest.mark.parametrize(
    "columns", [NEEDED[:-1], (*NEEDED, "peak_records"), (*REGISTER_COLUMNS, "more"), REGISTER_COLUMNS[::-1]]
)
def test_a_register_with_other_columns_is_refused(tmp_path: Path, columns: tuple[str, ...]) -> None:
    with pytest.raises(ContractError, match="other columns"):
        read_register(register(tmp_path, columns, ROW))


def test_the_shipped_register_declares_only_what_is_known() -> None:
    rows = read_register(SHIPPED / "nc_district" / "register.csv").values()
    assert {row.id: row.peak_records for row in rows if row.peak_records} == {"FIN-01b": 230_000}
    assert {row.id: row.census_units for row in rows if row.census_units} == {
        "HR-01a": 19_000, "HR-04": 35_000, "HR-10": 19_000,
    }  # fmt: skip
    assert [row.id for row in rows if row.window_minutes] == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",no,yes,1", ",no,maybe,1", "in_scope is 'maybe'"),
        (",no,yes,1", ",often,yes,1", "pay_affecting is 'often'"),
        (",S3,24", ",S9,24", "required_stage is 'S9'"),
        (",S3,24", ",S3,99999", "time limit '99999' is no number"),
        (",no,yes,1", ",no,yes,1,more,and,more", "too few or too many cells"),
    ],
)
def test_a_slip_of_the_pen_takes_no_interface_out_in_silence(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(ContractError, match=words) as refused:
        read_register(register(tmp_path, NEEDED, ROW.replace(old, new)))
    assert str(refused.value.where).endswith("register.csv:2")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "the register cannot be read"), ("Z\xfcrich".encode("latin-1"), "not UTF-8"), (b'a\n"b', "other columns")],
)
def test_a_register_that_cannot_be_read_is_named_itself(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "register.csv"
    (tmp_path / "profile.toml").write_text('name = "mine"\n')
    _ = path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(ContractError, match=words) as refused:
        load_profile("mine", tmp_path)
    assert str(refused.value.where).startswith(str(path))
