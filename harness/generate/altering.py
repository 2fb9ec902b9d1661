"""Bytes of a written valid payload changed so that the reader has to speak of their shape or of the package."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping

from contracts import Rule
from harness.generate.originals import Altered, Original, members
from interfaces import Dialect, HdlDialect, zipped

Recipe = Callable[[Original], Iterator[Altered]]
"""Gives changes of a valid payload that ought to break one rule."""


def altered(original: Original, rule: Rule) -> Iterator[Altered]:
    """Yield payloads that ought to break a shape or package rule."""
    recipes = {**_PACKAGE, **_BY_CHANNEL.get(original.contract.channel, _DELIMITED)}
    if recipe := recipes.get(rule.id.removeprefix(f"{rule.file}.")):
        yield from recipe(original)


# files of delimited records


def _short(original: Original) -> Iterator[Altered]:
    narrow = Dialect(end=False, widths={original.file: original.spec.fields - 1})
    if original.spec.fields > 1:
        yield Altered(zipped(members(original.contract, original.records, narrow)))


def _ragged(original: Original) -> Iterator[Altered]:
    *others, at = original.own
    last, end = _open(original.lines[at], original)
    if others and last.endswith(original.delimiter):
        yield original.with_line(at, last.removesuffix(original.delimiter) + end)
    elif others and original.delimiter in last:  # the last value goes with its field
        yield original.with_line(at, last.rpartition(original.delimiter)[0] + end)


def _surplus(original: Original) -> Iterator[Altered]:
    last, end = _open(original.lines[original.own[-1]], original)
    yield original.with_line(original.own[-1], last + original.delimiter + end, _last(original))


def _shifted(original: Original) -> Iterator[Altered]:
    *_, name = original.spec.columns
    first, *others = original.records[original.file]
    records = {**original.records, original.file: [{**first, name: "END"}, *others]}
    yield Altered(zipped(members(original.contract, records)), (1,))


def _unsplit(original: Original) -> Iterator[Altered]:
    last, end = _open(original.lines[original.own[-1]], original)
    for wrong in (original.spec.csv.quote.encode(), b"\xff"):  # a quote that nothing closes; no text in UTF-8
        if wrong and (last.endswith(original.delimiter) or wrong == b"\xff"):
            yield original.with_line(original.own[-1], last + wrong + end, _last(original))


def _open(line: bytes, original: Original) -> tuple[bytes, bytes]:
    """A record and the sign that closes it."""
    end = original.spec.csv.record_end.encode()
    return (line.removesuffix(end), end) if end and line.endswith(end) else (line, b"")


def _broken_line(original: Original) -> Iterator[Altered]:
    """A text with a line feed in the last record, in columns that no other rule mentions first.

    Without quotes it ends the record: there is no such value.
    """
    if not original.spec.csv.quote:
        return
    *others, last = original.records[original.file]
    rules = [one for one in original.contract.rules.values() if one.file == original.file]
    used = {name for one in rules if one.kind not in ("type", "length") for name in (one.column, *one.columns)}
    texts = [name for name, column in original.spec.columns.items() if column.type.kind == "text"]
    for name in sorted(texts, key=used.__contains__):
        records = {**original.records, original.file: [*others, {**last, name: "1\n2"}]}
        yield Altered(zipped(members(original.contract, records)), _last(original))


def _too_few(original: Original) -> Iterator[Altered]:
    """Fewer records than agreed. A line that is blank is no record, whereas a member without any is unreadable."""
    if original.spec.rows is None:
        return
    least = original.spec.rows[0]
    if least:
        gone = set(original.own[least - 1 :])
        fewer = [line for at, line in enumerate(original.lines) if at not in gone]
        yield original.with_lines(fewer or [b""])


def _last(original: Original) -> tuple[int, ...]:
    return (len(original.records[original.file]),)


# files of fixed-width records


def _cut(original: Original) -> Iterator[Altered]:
    own = set(original.own)
    yield original.with_lines([line[:-1] if at in own else line for at, line in enumerate(original.lines)])


def _one_cut(original: Original) -> Iterator[Altered]:
    *others, at = original.own
    if others:
        yield original.with_line(at, original.lines[at][:-1])


def _longer(original: Original) -> Iterator[Altered]:
    yield original.with_line(original.own[-1], original.lines[original.own[-1]] + b" ", _last(original))


def _wrong_byte(original: Original) -> Iterator[Altered]:
    """A byte that is no text in UTF-8 for an ASCII sign of the last record: first where blanks are."""
    at = original.own[-1]
    line = original.lines[at]
    places = sorted(range(len(line)), key=lambda place: line[place : place + 1] != b" ")
    for place in places:
        if line[place] < 128 and place:
            yield original.with_line(at, line[:place] + b"\xff" + line[place + 1 :], _last(original))


def _unknown_type(original: Original) -> Iterator[Altered]:
    """A record of no type behind the last one."""
    for name, content in original.members.items():
        longest = max(map(len, content.splitlines()), default=1)
        yield original.with_members({name: content + b"?" * longest + b"\n"})


# bodies


def _no_json(original: Original) -> Iterator[Altered]:
    """The body is cut off; its only record is then the payload as a whole."""
    for name, content in original.members.items():
        yield original.with_members({name: content[:-1]})


# packages


def _without_member(original: Original) -> Iterator[Altered]:
    hdl = original.contract.channel == "hdl"
    beside = {"BlobFiles/note.txt" if hdl else "import.properties": b"\n"}  # which no contract asks for
    yield Altered(zipped(beside))


def _renamed(change: Callable[[str], str]) -> Recipe:
    def recipe(original: Original) -> Iterator[Altered]:
        first, *_ = original.members
        yield Altered(
            zipped({change(name) if name == first else name: data for name, data in original.members.items()})
        )

    return recipe


def _beside(name: str) -> Recipe:
    return lambda original: iter([original.with_members({name: b"\n"})])


def _locked(original: Original) -> Iterator[Altered]:
    out = io.BytesIO(zipped(original.members))
    with zipfile.ZipFile(out, "a") as archive:
        for entry in archive.infolist():
            entry.flag_bits |= 1
        archive.comment = b"locked"  # the directory is written anew where something is new in it
    yield Altered(out.getvalue())


def _cut_off(original: Original) -> Iterator[Altered]:
    content = zipped(original.members)
    yield Altered(content[: len(content) // 2])


# .dat files


def _dat(change: Callable[[list[bytes]], list[bytes]]) -> Recipe:
    """The lines of a .dat changed."""

    def recipe(original: Original) -> Iterator[Altered]:
        for name, content in original.members.items():
            yield original.with_members({name: b"".join(line + b"\n" for line in change(content.splitlines()))})

    return recipe


def _metadata(lines: list[bytes]) -> bytes:
    return next(line for line in lines if line.startswith(b"METADATA|"))


def _other_case(lines: list[bytes]) -> list[bytes]:
    word, component, *attributes = _metadata(lines).split(b"|")
    return [*lines, b"|".join([word, component.swapcase(), *attributes])]


def _replacing(original: Original) -> Iterator[Altered]:
    yield Altered(zipped(members(original.contract, original.records, HdlDialect(sets={}))))


def _surplus_value(original: Original) -> Iterator[Altered]:
    lines, own = original.lines, _own_lines(original)
    lines[own[1]] += b"|"
    yield original.with_lines(lines, (1,))


def _more(attribute: bytes, value: bytes) -> Recipe:
    """One attribute more in the METADATA line, the first record with a value there."""

    def recipe(original: Original) -> Iterator[Altered]:
        lines, own = original.lines, _own_lines(original)
        for at, text in zip(own, [attribute, value, *[b""] * len(own)], strict=False):
            lines[at] += b"|" + text
        yield original.with_lines(lines, (1,) if value else ())

    return recipe


def _wrong_hint(original: Original) -> Iterator[Altered]:
    name = next(name for name in original.spec.columns if "(" not in name)
    yield from _more(f"{name}(Number)".encode(), b"")(original)


def _fewer_lines(original: Original) -> Iterator[Altered]:
    """Fewer records than agreed, one at least: a component that does not occur is not counted."""
    least = original.spec.rows[0] - 1 if original.spec.rows else 0
    if least > 0:
        left = set(_own_lines(original)[least + 1 :])
        yield original.with_lines([line for at, line in enumerate(original.lines) if at not in left])


def _own_lines(original: Original) -> list[int]:
    """Places of the component's lines, the METADATA line first."""
    component = original.spec.component.encode()
    return [at for at, line in enumerate(original.lines) if line.split(b"|")[1:2] == [component]]


_DELIMITED: Mapping[str, Recipe] = {
    "shape.short": _short,
    "shape.ragged": _ragged,
    "shape.surplus": _surplus,
    "shape.shifted": _shifted,
    "shape.unreadable": _unsplit,
    "shape.line_break": _broken_line,
    "shape.row_count": _too_few,
}
_FIXED: Mapping[str, Recipe] = {
    "shape.short": _cut,
    "shape.ragged": _one_cut,
    "shape.surplus": _longer,
    "shape.unreadable": _wrong_byte,
    "shape.row_count": _too_few,
}
_REST: Mapping[str, Recipe] = {"shape.unreadable": _no_json}
_PACKAGE: Mapping[str, Recipe] = {
    "package.member_missing": _without_member,
    "package.member_unknown": _beside("note.txt"),
    "package.member_case": _renamed(str.swapcase),
    "package.folder": _renamed("data/{}".format),
    "package.encrypted": _locked,
    "package.unsafe": _beside("../note.txt"),
    "package.unreadable": _cut_off,
    "package.record_type": _unknown_type,
}
_HDL: Mapping[str, Recipe] = {
    "shape.values": _surplus_value,
    "shape.hint": _wrong_hint,
    "shape.unreadable": _more(b"FLEX:NOTE", b"\xff"),
    "shape.row_count": _fewer_lines,
    "package.file_name": _renamed(lambda name: "Payload.dat"),
    "package.instruction": _dat(lambda lines: [*lines, b"UPSERT|Record"]),
    "package.discriminator": _dat(_other_case),
    "package.metadata": _dat(lambda lines: [*lines, _metadata(lines)]),
    "package.set": _dat(lambda lines: [b"SET NO_SUCH_NAME Y", *lines]),
    "package.future_changes": _replacing,
    "package.notation": _dat(lambda lines: [codecs.BOM_UTF8 + lines[0], *lines[1:]]),
}
_BY_CHANNEL: Mapping[str, Mapping[str, Recipe]] = {"hdl": _HDL, "fixed_width": _FIXED, "rest": _REST}
"""Recipes for the shape of a file; records of all other channels are delimited."""
