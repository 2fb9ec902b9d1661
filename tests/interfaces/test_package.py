"""Opening a zip or a plain file without trust."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interfaces.errors import PayloadError
from interfaces.package import Limits, Package, open_package


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def opened(folder: Path, data: bytes, name: str = "payload.zip", **options: object) -> Package:
    path = folder / name
    path.write_bytes(data)
    return open_package(path, **options)  # type: ignore[arg-type]


def rules(package: Package) -> list[tuple[str, str]]:
    return [(fact.rule, fact.member) for fact in package.facts]


def test_members_come_in_archive_order_with_their_names_and_bytes(tmp_path: Path) -> None:
    data = zipped({"b.csv": b"1", "dir/": b"", "dir/A.csv": b"2"})
    package = opened(tmp_path, data)
    assert [(member.name, member.data) for member in package.members] == [("b.csv", b"1"), ("dir/A.csv", b"2")]
    assert (package.facts, package.archive) == ((), True)
    assert (package.size, package.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_a_plain_file_is_its_own_only_member(tmp_path: Path) -> None:
    package = opened(tmp_path, b"a,b\n", "Some.csv")
    assert [(member.name, member.data) for member in package.members] == [("Some.csv", b"a,b\n")]
    assert not package.archive


@pytest.mark.skipif(sys.platform != "linux", reason="its file names are bytes")
def test_a_name_that_is_no_text_is_told_as_text(tmp_path: Path) -> None:
    package = opened(tmp_path, b"a,b\n", "a\udcff.csv")
    assert [package.name, *(member.name for member in package.members)] == ["a?.csv"] * 2


def test_a_zip_is_known_by_its_first_bytes_whatever_its_name(tmp_path: Path) -> None:
    assert opened(tmp_path, zipped({"a": b"1"}), "payload.bin").archive


def test_a_plain_file_where_a_zip_is_expected_is_unreadable(tmp_path: Path) -> None:
    package = opened(tmp_path, b"a,b\n", "a.csv", archive_expected=True)
    assert (rules(package), package.members) == ([("package.unreadable", "")], ())


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"no zip at all", zipped({"a.csv": b"1" * 500})[:-30]],
    ids=["empty", "signature", "text", "cut"],
)
def test_an_empty_or_damaged_zip_is_unreadable(tmp_path: Path, data: bytes) -> None:
    package = opened(tmp_path, data)
    assert (rules(package), package.members) == ([("package.unreadable", "")], ())


def test_a_zip_without_members_is_unreadable(tmp_path: Path) -> None:
    assert rules(opened(tmp_path, zipped({}))) == [("package.unreadable", "")]


def test_a_failed_checksum_names_the_member_and_keeps_the_others(tmp_path: Path) -> None:
    data = zipped({"a.csv": b"first", "b.csv": b"second"}, zipfile.ZIP_STORED).replace(b"first", b"fIrst")
    package = opened(tmp_path, data)
    assert rules(package) == [("package.unreadable", "a.csv")]
    assert "checksum" in package.facts[0].detail
    assert [member.name for member in package.members] == ["b.csv"]


def test_a_size_that_the_header_understates_is_noticed(tmp_path: Path) -> None:
    data = zipped({"a.csv": b"x" * 900})
    package = opened(tmp_path, data.replace(struct.pack("<I", 900), struct.pack("<I", 9)))
    assert rules(package) == [("package.unreadable", "a.csv")]


def test_an_encrypted_member_is_told_and_not_kept(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    package = opened(tmp_path, bytes(data))
    assert (rules(package), package.members) == ([("package.encrypted", "a.csv")], ())


def test_another_packing_method_is_not_unpacked(tmp_path: Path) -> None:
    package = opened(tmp_path, zipped({"a.csv": b"1"}, zipfile.ZIP_BZIP2))
    assert rules(package) == [("package.unreadable", "a.csv")]
    assert "deflate" in package.facts[0].detail


@pytest.mark.parametrize("name", ["../a.csv", "x/../../a.csv", "/etc/a.csv", "C:/a.csv", "..\\a.csv", "\\\\host\\a"])
def test_a_path_outside_the_archive_is_unsafe_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "in"
    inner.mkdir()
    package = opened(inner, zipped({name: b"1", "b.csv": b"2"}))
    assert rules(package) == [("package.unsafe", name)]
    assert [member.name for member in package.members] == ["b.csv"]
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "payload.zip"]


def test_a_link_is_unsafe(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("a.csv")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/hostname")
    assert rules(opened(tmp_path, out.getvalue())) == [("package.unsafe", "a.csv")]


def test_a_ratio_bomb_is_unsafe_and_not_kept(tmp_path: Path) -> None:
    package = opened(tmp_path, zipped({"a.csv": bytes(12 * 1024**2), "b.csv": b"1"}))
    assert rules(package) == [("package.unsafe", "a.csv")]
    assert [member.name for member in package.members] == ["b.csv"]


def test_a_small_file_that_compresses_well_is_no_bomb(tmp_path: Path) -> None:
    package = opened(tmp_path, zipped({"a.csv": b"," * 9 * 1024**2}))
    assert rules(package) == []


def test_reading_stops_where_the_archive_unpacks_to_more_than_allowed(tmp_path: Path) -> None:
    members = {name: random.Random(name).randbytes(1000) for name in ("a", "b", "c")}
    package = opened(tmp_path, zipped(members), limits=Limits(total_bytes=3500))
    assert rules(package) == []
    package = opened(tmp_path, zipped({**members, "b": b"0" * 9000}), limits=Limits(total_bytes=3500))
    assert rules(package) == [("package.unsafe", "b")]
    assert [member.name for member in package.members] == ["a"]


def test_a_file_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    package = opened(tmp_path, b"x" * 100, "a.csv", limits=Limits(total_bytes=99))
    assert (rules(package), package.members) == ([("package.unsafe", "")], ())
    assert package.sha256 == hashlib.sha256(b"x" * 100).hexdigest()


def test_members_beyond_the_limit_are_told_and_not_read(tmp_path: Path) -> None:
    package = opened(tmp_path, zipped({f"{i}.csv": b"1" for i in range(5)}), limits=Limits(members=3))
    assert (rules(package), len(package.members)) == ([("package.unsafe", "")], 3)


def test_a_zip_inside_the_zip_is_not_opened(tmp_path: Path) -> None:
    package = opened(tmp_path, zipped({"inner.zip": zipped({"a.csv": b"1"})}))
    assert (rules(package), package.members) == ([("package.unsafe", "inner.zip")], ())


def test_an_attachment_may_be_a_zip(tmp_path: Path) -> None:
    assert rules(opened(tmp_path, zipped({"BlobFiles/letter.docx": zipped({"a.xml": b"1"})}))) == []


def test_a_name_that_stands_twice_is_unsafe(tmp_path: Path) -> None:
    data = zipped({"a.csv": b"1", "b.csv": b"2"}).replace(b"b.csv", b"a.csv")
    package = opened(tmp_path, data)
    assert rules(package) == [("package.unsafe", "a.csv")]
    assert [member.data for member in package.members] == [b"1", b"2"]


def test_two_names_of_one_place_in_the_archive_never_share_a_file(tmp_path: Path) -> None:
    data = zipped({"A.csv": random.Random(1).randbytes(20_000)})
    start, end = data.rindex(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry, count = data[start:end], struct.pack("<HHI", 2, 2, 2 * (end - start))
    shorter = entry[:20] + struct.pack("<I", 100) + entry[24:]
    data = data[:end] + shorter + data[end : end + 8] + count + data[end + 16 :]
    folder = tmp_path / "unpacked"
    folder.mkdir()
    held = opened(tmp_path, data)
    mapped = open_package(tmp_path / "payload.zip", folder=folder)
    assert len(list(folder.iterdir())) == 2
    assert [(member.name, member.data[:]) for member in mapped.members] == [
        (member.name, member.data) for member in held.members
    ]
    assert mapped.facts == held.facts


def test_what_cannot_be_opened_is_an_error_that_says_what_where_and_what_to_do(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.zip", tmp_path, Path("nul\0.zip")):
        with pytest.raises(PayloadError) as caught:
            open_package(path)
        assert caught.value.what
        assert caught.value.where == str(path)
        assert caught.value.todo


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_kept_of_a_damaged_zip_is_sound(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(zipped({"a.csv": b"a,b\n" * 50, "f/b.csv": b'"x"\n'}))
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6)):
        whole[at] = data.draw(st.integers(0, 255))
    start = data.draw(st.integers(0, 40)) if data.draw(st.booleans()) else 0
    package = opened(tmp_path, bytes(whole[start:]))
    assert {member.data for member in package.members} <= {b"a,b\n" * 50, b'"x"\n'}


def test_a_directory_that_hides_a_member_is_unreadable(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": b"1", "b.csv": b"2"}))
    data[data.index(b"PK\x01\x02") + 32] = 51  # the comment of the first entry swallows the second
    assert ("package.unreadable", "") in rules(opened(tmp_path, bytes(data)))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), start=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06"]))
def test_arbitrary_bytes_called_a_zip_give_no_members(tmp_path: Path, data: bytes, start: bytes) -> None:
    package = opened(tmp_path, start + data)
    assert package.facts
    assert package.members == ()
