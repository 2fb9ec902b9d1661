"""FBDI payloads: what a reader makes of the shapes that Oracle's loader takes, and of those it does not."""

from __future__ import annotations

import io
import mmap
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from contracts.model import Column, Contract, Csv, File, Parent, Type
from interfaces import fbdi, scan
from interfaces.errors import PayloadError
from interfaces.fbdi import Dialect
from interfaces.package import ZIP_STARTS, Limits
from interfaces.payload import Payload
from interfaces.quoting import AFTER, KEPT, LONG, LONGEST, OPEN, Syntax, split

TYPES = {"DAY": "date", "MOMENT": "timestamp(YYYY/MM/DD HH24:MI:SS:FF)"}
PER_TEST = [HealthCheck.function_scoped_fixture]


def file(id_: str = "gl", columns: str = "A B C", listed: str = "A B C DAY MOMENT", **facts: Any) -> File:
    layout = {
        name: Column(name, Type.parse(TYPES.get(name, "text")), position, listed=name in listed.split())
        for position, name in enumerate(columns.split(), start=1)
    }
    return File(id_, layout, names=(f"{id_.title()}.csv",), **facts)


def contract(*files: File, exactly: bool = False) -> Contract:
    files = files or (file(),)
    return Contract(
        id="finance.test", version="1.0.0", status="active", title="", summary="", department="Finance", owner={},
        direction="inbound", channel="fbdi", prefix="TE", profile="oracle", release="", releases=(),
        files={each.id: each for each in files}, rules={}, lists={}, codes={}, examples={},
        files_exactly=exactly,
    )  # fmt: skip


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def plain(folder: Path, data: bytes, *files: File) -> Payload:
    path = folder / "Gl.csv"
    path.write_bytes(data)
    return fbdi.read(path, contract(*files or (file(),)))


def packed(folder: Path, members: Mapping[str, bytes], *files: File, exactly: bool = False) -> Payload:
    path = folder / "payload.zip"
    path.write_bytes(zipped(members))
    return fbdi.read(path, contract(*files or (file(),), exactly=exactly))


def facts(payload: Payload) -> list[tuple[str, str, list[int] | None]]:
    return [(fact.rule, fact.member, None if fact.rows is None else fact.rows.to_list()) for fact in payload.facts]


def shapes(payload: Payload) -> dict[str, list[int] | None]:
    return {rule.rpartition(".")[2]: rows for rule, _, rows in facts(payload)}


def values(payload: Payload, id_: str = "gl") -> list[tuple[str | None, ...]]:
    return payload.frames[id_].drop("_row", "_line").rows()


# --- records and values


@pytest.mark.parametrize(
    "data",
    [
        b"a,b,c\nd,,f\n",
        b"a,b,c\r\nd,,f\r\n",
        b"a,b,c\nd,,f",
        b'"a","b","c"\n"d","","f"\n',
        b"\xef\xbb\xbfa,b,c\nd,,f\n",
        b"a,b,c,END\nd,,f,END\r\n",
        b'a,b,c,"END"\nd,,f,END',
        b"\n\r\na,b,c\n\n\nd, \t ,f\n\n",
    ],
)
def test_the_dialects_that_oracle_takes_are_one_payload(tmp_path: Path, data: bytes) -> None:
    payload = plain(tmp_path, data)
    assert values(payload) == [("a", "b", "c"), ("d", None, "f")]
    assert payload.facts == []
    assert payload.records == 2


def test_rows_count_records_and_lines_count_line_feeds(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'\na,"x\ny\r\nz",c\r\n\r\nd,e,f\n')
    frame = payload.frames["gl"]
    assert frame.schema == {"_row": pl.UInt32, "_line": pl.UInt32, "A": pl.String, "B": pl.String, "C": pl.String}
    assert frame.select("_row", "_line", "B").rows() == [(1, 2, "x\ny\r\nz"), (2, 6, "e")]


def test_records_whose_values_hold_line_feeds_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b'\na,"x\ny\r\n\nz",c\r\n\nd,e,f\n"g\r","h\\n",i\n1,"12"" \npipe" ,\n"\n",k,"l\n"'
    for size in (1, 16, 1 << 20):
        monkeypatch.setattr(scan, "BLOCK", size)
        payload = plain(tmp_path, data)
        assert shapes(payload) == {"line_break": [1, 4, 5], "unreadable": [4]}
        assert {tuple(fact.lines.to_list()) for fact in payload.facts if fact.lines is not None} == {(2, 9, 11), (9,)}


def test_a_quote_within_a_bare_field_is_text(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'1,12" pipe,c\n2,"12"" ""pipe""",\n3,5\' 6",x\n')
    assert [row[1] for row in values(payload)] == ['12" pipe', '12" "pipe"', "5' 6\""]
    assert payload.facts == []


def test_text_behind_a_closing_quote_makes_the_record_unreadable_and_is_kept(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'a,b,c\n1,"12" pipe",c\nd,e,f\n')
    assert values(payload) == [("a", "b", "c"), ("1", '12 pipe"', "c"), ("d", "e", "f")]
    assert shapes(payload) == {"unreadable": [2]}


def test_an_open_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'a,b,c\n\nd,"open,f\ng,h,i\n')
    assert values(payload) == [("a", "b", "c"), ("d", "open", "f"), ("g", "h", "i")]
    assert shapes(payload) == {"unreadable": [2]}
    assert [fact.lines.to_list() for fact in payload.facts if fact.lines is not None] == [[3]]


def test_a_lone_quote_that_meets_the_next_one_costs_its_own_line_only(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'a,"b,c\n"d","e","f"\ng,h,"i\nj,"k ""\nm""","n\no"p,q\n')
    assert values(payload) == [
        ("a", "b", "c"), ("d", "e", "f"), ("g", "h", "i"),
        ("j", 'k ""', None), ('m"""', "n", None), ('o"p', "q", None),
    ]  # fmt: skip
    assert [(fact.detail, fact.rows.to_list()) for fact in payload.facts if fact.rows is not None] == [
        (OPEN, [1, 3, 4, 5])
    ]


@pytest.mark.parametrize("size", [16, scan.BLOCK])
@pytest.mark.parametrize(
    ("long", "width"),
    [
        (b"x" * LONGEST, 3),
        (b"x" * 3 * LONGEST, 3),
        (b'"' + b'x""' * LONGEST + b'"', 3),
        (b'"' + b"x" * LONGEST + b'",', 4),
        (b'"' + b"x" * LONGEST, 3),
        (b'x"' * LONGEST, 3),
        (b"," * LONGEST, 1000),
    ],
)
def test_a_record_that_is_longer_than_the_loader_reads_is_cut_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: bytes, width: int, size: int
) -> None:
    monkeypatch.setattr(scan, "BLOCK", size)
    payload = plain(tmp_path, b"a,b,c\nd," + long + b",f\r\n\ng,h,i\n")
    [first, (one, two, three), last] = values(payload)
    assert (first, one, last) == (("a", "b", "c"), "d", ("g", "h", "i"))
    assert set(two or "") <= set('x"')
    assert len(two or "") <= KEPT
    assert three == ("f" if width == 3 else None)
    assert shapes(payload) == {"unreadable": [2]}
    assert [fact.lines.to_list() for fact in payload.facts if fact.lines is not None] == [[2]]
    assert payload.frames["gl"]["_line"].to_list() == [1, 2, 4]


def test_the_longest_record_is_a_record_still(tmp_path: Path) -> None:
    for text in (b"x" * (LONGEST - 4), b'"' + b"x" * (LONGEST - 7) + b'\n"'):
        payload = plain(tmp_path, b"a,b,c\nd," + text + b",f\ng,h,i\n")
        assert [len(value[1] or "") for value in values(payload)] == [1, len(text.strip(b'"')), 1]
        assert "unreadable" not in shapes(payload)


def test_a_value_of_several_lines_is_no_longer_than_a_record(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'a,b,c\nd,"e\n' + b"x" * LONGEST + b'",f\ng,h,i\n')
    found = [tuple((value or "")[:5] for value in row) for row in values(payload)]
    assert found == [("a", "b", "c"), ("d", "e", ""), ("xxxxx", "f", ""), ("g", "h", "i")]
    assert [(fact.detail, fact.rows.to_list()) for fact in payload.facts if fact.rows is not None] == [
        (OPEN, [2]),
        (LONG, [3]),
    ]


def test_a_mapped_file_is_scanned_as_its_bytes_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "BLOCK", 16)
    data = b'a,"b\nc",d\n\ne,12" pipe,"f\ng,"h"i,j\nk,' + "é".encode() * LONGEST + b',"l\0"\n'
    path = tmp_path / "Gl.csv"
    path.write_bytes(data)
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        found = [(one.text, one.faults) for one in scan.blocks(mapped, Syntax())]  # type: ignore[arg-type]
    assert found == [(one.text, one.faults) for one in scan.blocks(data, Syntax())]
    assert {why for _, faults in found for why in faults.values()} == {OPEN, AFTER, LONG}


def test_no_character_is_cut_in_two(tmp_path: Path) -> None:
    for character in ("é", "€", "😀"):
        payload = plain(tmp_path, b"a,b" + character.encode() * LONGEST + b",c\n")
        text = values(payload)[0][1]
        assert text == "b" + character * ((KEPT - 1) // len(character.encode()))
        assert shapes(payload) == {"unreadable": [1]}


def test_a_nul_byte_is_a_wrong_byte(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'a,b,c\n\0,"e\0\0",f\n' + "g,\ufffd,i\n".encode())
    assert values(payload) == [("a", "b", "c"), ("�", "e��", "f"), ("g", "�", "i")]
    assert shapes(payload)["unreadable"][0] == 2


def test_wrong_bytes_are_marked_and_the_record_is_kept(tmp_path: Path) -> None:
    payload = plain(tmp_path, "é,b,c\n".encode() + b"d,\xff\xfe,f\ng,h,i\n" + b"\xc3,k,l\n")
    assert values(payload)[1] == ("d", "��", "f")
    assert shapes(payload) == {"unreadable": [2, 4]}
    assert payload.records == 4


def test_columns_that_the_contract_does_not_list_are_kept_only_where_filled(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'a,"", \nb,x,\n', file(listed="A"))
    assert payload.frames["gl"].columns == ["_row", "_line", "A", "B"]
    assert values(payload) == [("a", None), ("b", "x")]


def test_a_column_that_only_a_late_block_fills_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "BLOCK", 16)
    payload = plain(tmp_path, b"a,,\n" * 20 + b"a,,late\n" + b'b,"""",\n', file(listed="A"))
    assert payload.frames["gl"].columns == ["_row", "_line", "A", "B", "C"]
    assert payload.frames["gl"].drop_nulls("C").select("_row", "_line", "C").rows() == [(21, 21, "late")]
    assert values(payload)[-1] == ("b", '"', None)


def test_a_header_names_the_columns(tmp_path: Path) -> None:
    layout = file(csv=Csv(header=True, delimiter="|", quote=""))
    payload = plain(tmp_path, b'c|other|a\n3|x|"1"\n', layout)
    assert payload.frames["gl"].rows() == [(1, 2, '"1"', None, "3")]
    assert [(fact.rule, fact.detail) for fact in payload.facts] == [
        ("gl.shape.short", "the header does not name B"),
    ]


def test_a_file_without_its_header_line_is_unreadable(tmp_path: Path) -> None:
    assert shapes(plain(tmp_path, b"1,2,3\n4,5,6\n", file(csv=Csv(header=True)))) == {"unreadable": None}


def test_another_encoding_is_read_and_its_wrong_bytes_are_told(tmp_path: Path) -> None:
    payload = plain(tmp_path, b"\xe9,b,c\nd,\x81,f\n", file(csv=Csv(encoding="cp1252")))
    assert values(payload)[0][0] == "é"
    assert shapes(payload) == {"unreadable": [2]}


def test_an_encoding_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PayloadError, match="no-such"):
        plain(tmp_path, b"a", file(csv=Csv(encoding="no-such")))


# --- shape


def test_records_of_one_smaller_width_are_short_and_the_variant_is_named(tmp_path: Path) -> None:
    payload = plain(tmp_path, b"a,b\nc,d\n", file(variants={2: "Gl at 20A"}))
    assert values(payload) == [("a", "b", None), ("c", "d", None)]
    assert shapes(payload) == {"short": None}
    assert "Gl at 20A" in payload.facts[0].detail


def test_records_of_different_widths_are_ragged(tmp_path: Path) -> None:
    payload = plain(tmp_path, b"a\nb,c\nd,e,f\ng,h,i\n")
    assert shapes(payload) == {"ragged": None}
    assert "1 fields (1 record), 2 fields (1 record), 3 fields (2 records)" in payload.facts[0].detail


def test_a_record_that_is_too_wide_is_surplus_and_nothing_else(tmp_path: Path) -> None:
    payload = plain(tmp_path, b"a,b,c\nd,e,f,g,h\ni,j,k,l\nm,n,o,END\np,q,r,s,END\n")
    assert shapes(payload) == {"surplus": [2, 3, 5]}
    assert values(payload)[1] == ("d", "e", "f")


def test_a_wider_variant_is_named(tmp_path: Path) -> None:
    payload = plain(tmp_path, b"a,b,c\nd,e,f,g\n", file(variants={4: "Gl at 26C"}))
    assert [(fact.rule, fact.detail) for fact in payload.facts] == [
        ("gl.shape.surplus", "4 fields as in Gl at 26C, more than 3"),
    ]


def test_end_inside_the_layout_is_a_shifted_record(tmp_path: Path) -> None:
    payload = plain(tmp_path, b'a,b,END\nEND,b,c\nEND\na,"END"\na,b,c,END\na,XEND\n')
    assert shapes(payload)["shifted"] == [1, 3, 4]


def test_an_old_layout_with_end_is_named(tmp_path: Path) -> None:
    payload = plain(tmp_path, b"a,b,END\n", file(columns="A B C D", variants={2: "Gl at 20A"}))
    assert shapes(payload) == {"shifted": [1], "short": None}
    assert "Gl at 20A and END" in payload.facts[1].detail


def test_the_number_of_records_is_compared_with_the_contract(tmp_path: Path) -> None:
    assert shapes(plain(tmp_path, b"a,b,c\n", file(rows=(2, 5)))) == {"row_count": None}
    assert shapes(plain(tmp_path, b"a,b,c\n" * 2, file(rows=(2, 5)))) == {}


def test_an_empty_member_is_unreadable_unless_the_file_is_optional(tmp_path: Path) -> None:
    payload = plain(tmp_path, b"")
    assert (shapes(payload), payload.frames["gl"].height) == ({"unreadable": None}, 0)
    assert payload.frames["gl"].columns == ["_row", "_line", "A", "B", "C"]
    assert shapes(plain(tmp_path, b"", file(optional=True))) == {}


# --- package


def test_members_are_matched_by_name_and_differences_told(tmp_path: Path) -> None:
    files = (file("one"), file("two"), file("three", columns="A B", listed="A"))
    payload = packed(tmp_path, {"One.csv": b"a,b,c\n", "TWO.csv": b"a,b,c\n", "x/Three.csv": b"a,b\n"}, *files)
    assert list(payload.frames) == ["one", "two", "three"]
    assert facts(payload) == [("package.member_case", "TWO.csv", None), ("package.folder", "x/Three.csv", None)]
    assert payload.members == ["One.csv", "TWO.csv", "x/Three.csv"]


def test_all_names_of_a_file_are_read_and_stars_match_any_text(tmp_path: Path) -> None:
    layout = File("gl", file().columns, names=("Gl.csv", "Gl_*.csv"))
    payload = packed(tmp_path, {"Gl_1.csv": b"a,b,c\n", "Gl_[2].csv": b"\nd,e,f\n"}, layout)
    assert payload.frames["gl"].select("_row", "_line", "A").rows() == [(1, 1, "a"), (2, 2, "d")]
    assert payload.facts == []


def test_an_absent_member_is_missing_unless_optional(tmp_path: Path) -> None:
    files = (file("one"), file("two"), file("three", optional=True))
    assert facts(packed(tmp_path, {"One.csv": b"a,b,c\n"}, *files)) == [("package.member_missing", "Two.csv", None)]


def test_where_nothing_matches_the_root_is_missing_even_if_optional(tmp_path: Path) -> None:
    files = (file("one", optional=True), file("two", optional=True, parent=Parent("one", ())))
    assert facts(packed(tmp_path, {"other.txt": b"?"}, *files)) == [("package.member_missing", "One.csv", None)]


def test_an_unknown_member_is_told_only_where_the_contract_wants_its_files_exactly(tmp_path: Path) -> None:
    members = {"Gl.csv": b"a,b,c\n", "readme.txt": b"?", "job.properties": b"x", "d/": b""}
    assert facts(packed(tmp_path, members)) == []
    assert facts(packed(tmp_path, members, exactly=True)) == [("package.member_unknown", "readme.txt", None)]


def test_a_refused_member_is_not_called_missing_as_well(tmp_path: Path) -> None:
    assert facts(packed(tmp_path, {"../Gl.csv": b"a,b,c\n"})) == [("package.unsafe", "../Gl.csv", None)]


def test_a_damaged_archive_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "payload.zip"
    path.write_bytes(b"PK\x03\x04 broken")
    payload = fbdi.read(path, contract())
    assert (facts(payload), payload.frames) == ([("package.unreadable", "", None)], {})


def test_a_plain_file_of_any_name_is_the_only_file_of_its_contract(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"a,b,c\n")
    assert fbdi.read(path, contract()).facts == []
    assert facts(fbdi.read(path, contract(file("one"), file("two")))) == [
        ("package.member_missing", "One.csv", None),
        ("package.member_missing", "Two.csv", None),
    ]


def test_limits_reach_the_package(tmp_path: Path) -> None:
    path = tmp_path / "Gl.csv"
    path.write_bytes(b"a,b,c\n")
    assert facts(fbdi.read(path, contract(), limits=Limits(total_bytes=3)))[0] == ("package.unsafe", "", None)


# --- writing


def test_dates_are_written_by_their_mask_and_other_text_as_it_is(tmp_path: Path) -> None:
    layout = file(columns="DAY MOMENT A")
    path = tmp_path / "out.csv"
    records = [
        {"DAY": "2025-09-01", "MOMENT": "2025-09-01T08:30:00", "A": "2025-09-01"},
        {"DAY": "2025-02-30", "MOMENT": "2025-09-01", "_row": "7"},
        {"DAY": "2025-09-01T08:30:00", "MOMENT": "soon"},
        {},
    ]
    fbdi.write(path, contract(layout), {"gl": records}, dialect=Dialect(zipped=False))
    assert path.read_bytes().splitlines() == [
        b"2025/09/01,2025/09/01 08:30:00:000000,2025-09-01",
        b"2025-02-30,2025/09/01 00:00:00:000000,",
        b"2025-09-01T08:30:00,soon,",
        b",,",
    ]


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    both = contract(file("one"), file("two"))
    records: dict[str, Sequence[Mapping[str, str | None]]] = {"two": [{"A": "x"}], "one": [{"B": "y"}]}
    fbdi.write(tmp_path / "a.zip", both, records)
    fbdi.write(tmp_path / "b.zip", both, dict(reversed(records.items())))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert fbdi.read(tmp_path / "a.zip", both).members == ["One.csv", "Two.csv"]


def test_end_is_written_where_the_contract_or_the_dialect_says_so(tmp_path: Path) -> None:
    for layout, dialect, expected in (
        (file(csv=Csv(terminator="END")), Dialect(zipped=False), b"a,,,END\n"),
        (file(csv=Csv(terminator="END")), Dialect(zipped=False, end=False), b"a,,\n"),
        (file(), Dialect(zipped=False, end=True, newline="\r\n"), b"a,,,END\r\n"),
        (file(), Dialect(zipped=False, end=True, widths={"gl": 2}), b"a,,END\n"),
        (file(csv=Csv(header=True)), Dialect(zipped=False, end=True), b"A,B,C\na,,,END\n"),  # no column of its own
    ):
        fbdi.write(tmp_path / "x.csv", contract(layout), {"gl": [{"A": "a"}]}, dialect=dialect)
        assert (tmp_path / "x.csv").read_bytes() == expected


def test_frames_are_written_column_by_name(tmp_path: Path) -> None:
    frame = pl.DataFrame({"C": ["3", None], "A": ["1", "x,y"]})
    fbdi.write_frames(tmp_path / "Gl.csv", contract(), {"gl": frame}, dialect=Dialect(zipped=False))
    assert (tmp_path / "Gl.csv").read_bytes() == b'1,,3\n"x,y",,\n'


@pytest.mark.parametrize(
    ("records", "dialect", "message"),
    [
        ({"ap": []}, Dialect(), "no file 'ap'"),
        ({"gl": [{"NOPE": "1"}]}, Dialect(), "no column NOPE"),
        ({}, Dialect(zipped=False), "0 files"),
        ({"gl": [{"A": "\ud800"}]}, Dialect(), "surrogate"),
        ({"gl": [{"A": "\u4e00"}]}, Dialect(), "cp1252"),
    ],
)
def test_what_cannot_be_written_is_an_error(tmp_path: Path, records: Any, dialect: Dialect, message: str) -> None:
    with pytest.raises(PayloadError, match=message):
        fbdi.write(tmp_path / "x", contract(file(csv=Csv(encoding="cp1252"))), records, dialect=dialect)
    with pytest.raises(PayloadError, match="cannot be written"):
        fbdi.write(tmp_path, contract(), {"gl": []})


# --- properties

NASTY = st.sampled_from(
    ["END", '"', '""', ",", "\n", "\r", "\r\n", "\\n", "00110", "=1+1", "-1", "@x", "مرحبا", "😀", "\ufeffx", " x ",
     'say "hi"', '"a",b', "#NULL", "12\" pipe", "x\r", " ", "\t"]
)  # fmt: skip
TEXT = (
    st.none()
    | NASTY
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
    | st.lists(NASTY, min_size=2, max_size=3).map("".join)
)
DIALECTS = st.builds(
    Dialect,
    quoting=st.sampled_from(["minimal", "all"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    end=st.booleans(),
    zipped=st.booleans(),
)
RECORDS = st.lists(st.fixed_dictionaries({"A": TEXT, "B": TEXT, "C": TEXT}), max_size=6)


def unblank(value: str | None) -> str | None:
    return value if value is not None and value.strip(" \t") else None


@settings(max_examples=400, deadline=None, suppress_health_check=PER_TEST)
@given(records=RECORDS, dialect=DIALECTS, size=st.sampled_from([8, 1 << 20]), columns=st.sampled_from(["A B C", "A"]))
def test_what_was_written_is_read_again(
    tmp_path: Path, records: list[dict[str, str | None]], dialect: Dialect, size: int, columns: str
) -> None:
    names = columns.split()
    agreed = contract(file(columns=columns))
    path = tmp_path / "Gl.csv"
    fbdi.write(path, agreed, {"gl": [{name: row[name] for name in names} for row in records]}, dialect=dialect)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "BLOCK", size)
        payload = fbdi.read(path, agreed)
    frame = payload.frames["gl"]
    assert frame.select(names).rows() == [tuple(unblank(row[name]) for name in names) for row in records]
    assert frame["_row"].to_list() == list(range(1, len(records) + 1))
    allowed = {"shifted", "line_break"} if not dialect.end else {"line_break"}
    found = shapes(payload)
    assert set(found) <= (allowed if records else {"unreadable"})
    broken = [at for at, row in enumerate(records, start=1) if any("\n" in (row[name] or "") for name in names)]
    assert (found.get("line_break") or []) == broken


BYTES = st.lists(
    st.sampled_from([b"a", b'"', b'""', b",", b"\n", b"\r\n", b"\r", b" ", b"END", b"\xff", b"\xc3\xa9", b"\0", b"\t"]),
    max_size=30,
).map(b"".join) | st.binary(max_size=60)


def expected_records(data: bytes) -> list[tuple[int, list[str | None], int]]:
    """Line, first fields and width of every record, by the slow and exact way."""
    found: list[tuple[int, list[str | None], int]] = []
    at = 0
    while at < len(data):
        record = split(data, at, Syntax())
        if data[at : record.end] not in (b"\n", b"\r\n", b"\r"):
            cells = [unblank(cell.decode(errors="replace").replace("\0", "\ufffd")) for cell in record.fields]
            found.append((data.count(b"\n", 0, at) + 1, [*cells, None, None, None][:3], len(cells)))
        at = record.end
    return found


@settings(max_examples=500, deadline=None, suppress_health_check=PER_TEST)
@given(data=BYTES, size=st.sampled_from([1, 5, 64, 1 << 20]), listed=st.sampled_from(["A B C", "B", "X"]))
def test_arbitrary_bytes_are_split_as_the_exact_way_splits_them(
    tmp_path: Path, data: bytes, size: int, listed: str
) -> None:
    assume(not data.startswith(ZIP_STARTS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "BLOCK", size)
        payload = plain(tmp_path, data, file(listed=listed))
    frame = payload.frames["gl"]
    records = expected_records(data.removeprefix(b"\xef\xbb\xbf"))
    assert frame["_line"].to_list() == [line for line, _, _ in records]
    for position, name in enumerate("ABC"):
        cells = [cells[position] for _, cells, _ in records]
        if name in frame.columns:
            assert frame[name].to_list() == cells
        else:
            assert name not in listed.split()
            assert set(cells) <= {None}
    if "unreadable" not in shapes(payload):
        wide = [row for row, (_, _, width) in enumerate(records, start=1) if width > 4]
        assert set(wide) <= set(shapes(payload).get("surplus") or [])


@settings(max_examples=200, deadline=None, suppress_health_check=PER_TEST)
@given(data=st.data())
def test_a_damaged_zip_gives_facts_or_records_and_no_traceback(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(zipped({"Gl.csv": b'a,"b ""x""",c\n' * 30}))
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=5)):
        whole[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "payload.zip"
    path.write_bytes(bytes(whole))
    payload = fbdi.read(path, contract())
    assert payload.facts or payload.records == 30
