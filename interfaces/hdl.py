"""HDL: .dat files of HCM Data Loader, one per top-level object, plain or in a zip; one frame per component.

Which findings are emitted, and what Oracle is known to do, stands in ``docs/hdl-findings.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import polars as pl

from contracts.layouts import SHIPPED
from contracts.model import Contract, File
from interfaces.hdl_grammar import BLANKS, RESERVED, Block, Dat, Tokens, shown
from interfaces.hdl_writer import DIALECT, HdlDialect, members_of, write, write_frames
from interfaces.package import ATTACHMENTS, LIMITS, Limits, Member, Package, open_package
from interfaces.payload import Fact, Payload
from interfaces.shape_facts import miscounted

__all__ = ["DIALECT", "HdlDialect", "read", "write", "write_frames"]

_LEGAL = re.compile(r"FLEX:.+|EFF_CATEGORY_CODE|SourceRef(?:\d{3}|TableName)(?:=.*)?|.+\(.+=.+\)")
"""Flexfield contexts and values, and references to the source system: legal on every component."""
_HINT = re.compile(r"(.+)\((.*)\)")
_KEY_HINTS = ("SourceSystemId", "GUID")
_MARKS = ["\n", "\0\n", "\0\0"]
"""Texts that stand in no line as it is read, and whose beginnings tell them apart."""


def read(path: Path, contract: Contract, *, limits: Limits = LIMITS) -> Payload:
    """Return the payload at ``path``, a zip or one plain .dat: one frame per component that occurs in it.

    Frames hold text: escapes undone, blank (nothing, blanks and tabs) as null, ``#NULL`` as it is; ``_component``
    and ``_action`` (MERGE, DELETE) besides ``_row`` and ``_line``. Attributes that the contract does not list have a
    column where some record fills them. Bad bytes are facts; PayloadError is raised only if the file cannot be opened.
    """
    package = open_package(path, limits=limits)
    members, facts = _dat_members(package, contract)
    components: dict[str, _Component] = {}
    held: dict[str, list[str]] = {}
    for member, home, dat in members:
        files = {file.component: file for file in contract.files.values() if home in members_of(file)}
        for block in dat.blocks:
            if block.component not in files:
                _stranger(block, dat, contract, files)
            elif block.attributes is not None:
                file = files[block.component]
                components.setdefault(file.id, _Component(file)).add(block, block.attributes, dat, member.name)
        _future_changes(dat, files)
        facts += [*_about_name(member.name, home), *dat.facts(member.name)]
        held[member.name] = [file.id for file in files.values()]
    found = [components[id_] for id_ in contract.files if id_ in components]
    facts += [fact for component in found for fact in component.all_facts()]
    frames = {component.file.id: component.frame() for component in found}
    names = [member.name for member in package.members]
    return Payload(package.name, package.sha256, package.size, frames, facts, names, held)


class _Component:
    """What was read of one component: the frames of its blocks, and the facts about its shape."""

    def __init__(self, file: File) -> None:
        self.file = file
        self._facts: dict[tuple[str, str, str], Fact] = {}
        self._wrong: dict[tuple[str, str], list[pl.DataFrame]] = {}  # by kind and member: records of a wrong shape
        self._frames: list[pl.DataFrame] = []
        self._records = 0

    def add(self, block: Block, attributes: Sequence[str], dat: Dat, member: str) -> None:
        """Take in the records of ``block`` and judge them and their METADATA line."""
        for rule, detail in _judged(self.file, attributes):
            self._keep(Fact(rule, self.file.id, detail, member=member))
        if block.metadata in dat.undecodable:
            detail = "the METADATA line has bytes that are not UTF-8"
            self._keep(Fact(f"{self.file.id}.shape.unreadable", self.file.id, detail, member=member))
        numbers = pl.Series("_line", block.numbers, pl.UInt32)
        rows = pl.int_range(self._records + 1, self._records + len(numbers) + 1, dtype=pl.UInt32, eager=True)
        values, odd = _unescaped(_values(block.lines, dat.tokens, 2 + len(attributes)), block.lines, dat.tokens)
        for index in odd:
            what = "an escape before a character that needs none; both are kept"
            dat.note("package.notation", what, block.numbers[index])
        self._records += len(numbers)
        frame = values.with_columns(rows.alias("_row"), numbers)
        last = 1 + len(attributes)
        odd_length = pl.col(str(last)).is_null() | pl.col(str(last + 1)).is_not_null()
        self._of_records(frame, odd_length, "values", member)
        if dat.undecodable:
            undecodable = pl.Series(sorted(dat.undecodable), dtype=pl.UInt32)
            self._of_records(frame, pl.col("_line").is_in(undecodable.implode()), "unreadable", member)
        self._frames.append(_columns(frame, block.component, attributes))

    def all_facts(self) -> Iterator[Fact]:
        """Yield the facts about the component, those of the whole component last."""
        yield from self._facts.values()
        for (kind, member), parts in self._wrong.items():
            bad = pl.concat(parts)
            rule = f"{self.file.id}.shape.{kind}"
            yield Fact(rule, self.file.id, _DETAILS[kind], bad["_row"], bad["_line"], member)
        if told := miscounted(self.file, self._records):
            yield Fact(f"{self.file.id}.shape.row_count", self.file.id, told)

    def frame(self) -> pl.DataFrame:
        """All its records: the listed columns always, then others that some record fills, in layout order."""
        whole = pl.concat(self._frames, how="diagonal")
        filled = {name for name in whole.columns if whole[name].null_count() < whole.height}
        known = [name for name, column in self.file.columns.items() if column.listed or name in filled]
        others = [name for name in whole.columns if name in filled and name not in self.file.columns]
        names = [*known, *(name for name in others if name not in RESERVED)]
        blank = pl.repeat(None, whole.height, dtype=pl.String, eager=True)
        texts = [whole.get_column(name) if name in whole.columns else blank.alias(name) for name in names]
        return whole.select("_row", "_line", "_component", "_action").with_columns(texts)

    def _keep(self, fact: Fact) -> None:
        self._facts.setdefault((fact.rule, fact.detail, fact.member), fact)

    def _of_records(self, frame: pl.DataFrame, wrong: pl.Expr, kind: str, member: str) -> None:
        bad = frame.lazy().filter(wrong).select("_row", "_line").collect()  # of wide frames two columns
        if bad.height:
            self._wrong.setdefault((kind, member), []).append(bad)


_DETAILS = {
    "values": "not as many values as the METADATA line has attributes: missing ones are blank, surplus ones left out",
    "unreadable": "bytes that are not UTF-8, replaced in what is read",
}


def _values(lines: pl.Series, tokens: Tokens, width: int) -> pl.DataFrame:
    """The first values of each line (``0`` ...), one more than it should have; escapes are not undone."""
    names = [str(at) for at in range(width + 1)]
    split = pl.col("line").str.split_exact(tokens.delimiter, width).struct.rename_fields(names)
    return lines.to_frame("line").select(split).unnest("line")


def _unescaped(values: pl.DataFrame, lines: pl.Series, tokens: Tokens) -> tuple[pl.DataFrame, list[int]]:
    """Return the values with those of lines that hold an escape, and the indices of lines with an unknown one."""
    escaped = lines.str.contains(tokens.escape, literal=True).arg_true()
    if not escaped.len():
        return values, []
    some = lines.gather(escaped)
    escapes = tokens.escapes()
    marks = _MARKS[: len(escapes)]  # one for each stands in the line while it is split
    marked = some.str.replace_many(list(escapes), marks, leftmost=True)
    parts = _values(marked, tokens, values.width - 1).select(pl.all().str.replace_many(marks, list(escapes.values())))
    values = values.with_columns(values[name].scatter(escaped, parts[name]) for name in values.columns)
    return values, escaped.filter(marked.str.contains(tokens.escape, literal=True)).to_list()


def _columns(values: pl.DataFrame, component: str, attributes: Sequence[str]) -> pl.DataFrame:
    """One column per attribute; of a name that stands twice the first."""
    places: dict[str, int] = {}
    for place, name in enumerate(attributes, start=2):
        if name and name not in RESERVED:
            places.setdefault(name, place)
    texts = [pl.col(str(place)) for place in places.values()]
    filled = [pl.when(text.str.strip_chars(BLANKS) != "").then(text) for text in texts]
    read = values.select("_row", "_line", pl.lit(component).alias("_component"), pl.col("0").alias("_action"), *filled)
    # names come last: polars would expand an attribute named * or ^.*$ in an expression
    read.columns = ["_row", "_line", "_component", "_action", *places]
    return read


def _judged(file: File, attributes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield rule and detail of every attribute that Oracle refuses or that no list knows."""
    bases = {name.partition("(")[0] for name in file.columns if "=" not in name}
    cases = {name.lower(): name for name in file.columns}
    for name in filter(None, attributes):
        if name in file.columns or _LEGAL.fullmatch(name):
            continue
        hint = _HINT.fullmatch(name)
        if hint and hint[2] not in _KEY_HINTS:
            yield f"{file.id}.shape.hint", f"{shown(name)}: a key hint is one of {', '.join(_KEY_HINTS)}"
        elif (hint[1] if hint else name) not in bases:
            like = f": it is spelled {cases[name.lower()]}" if name.lower() in cases else ""
            yield f"{file.id}.{shown(name)}.unlisted", f"no list of {file.component} has the attribute{like}"


def _future_changes(dat: Dat, files: Mapping[str, File]) -> None:
    dated = (block for block in dat.blocks if block.component in files and block.numbers)
    if dat.settings.get("PURGE_FUTURE_CHANGES") != "N" and any(
        "EffectiveStartDate" in (block.attributes or ()) for block in dated
    ):
        dat.note("package.future_changes", "no SET PURGE_FUTURE_CHANGES N: the file replaces later history")


def _stranger(block: Block, dat: Dat, contract: Contract, files: Mapping[str, File]) -> None:
    """Say what a component that the contract does not expect in this .dat is: another object's, or unknown to us."""
    name, number = block.component, block.metadata or block.numbers[0]
    objects = {file.layout.partition("/")[0] for file in files.values()}
    owners = _layouts().get(name, frozenset())
    elsewhere = any(file.component == name for file in contract.files.values())
    told = shown(name) if name.isidentifier() else "a component"
    if elsewhere or (owners and not owners & objects):
        dat.note("package.discriminator", f"{told} is a component of another object", number)
    elif name.lower() in {known.lower() for known in files}:
        dat.note("package.discriminator", f"{told} differs in case from the component's name", number)
    else:
        dat.note("package.notation", f"records of {told} were not checked: the contract has no such component", number)


@cache
def _layouts() -> dict[str, frozenset[str]]:
    """Every component known to the library -> the objects that have it."""
    known: dict[str, set[str]] = {}
    for path in SHIPPED.glob("hdl/*/*.csv"):
        known.setdefault(path.stem, set()).add(path.parent.name)
    return {component: frozenset(objects) for component, objects in known.items()}


def _dat_members(package: Package, contract: Contract) -> tuple[list[tuple[Member, str, Dat]], list[Fact]]:
    """Return the .dat files to be read, each with the name it should have, and the facts about the package."""
    found: list[tuple[Member, str, Dat]] = []
    facts = list(package.facts)
    for member in package.members:
        folder, base = _split(member.name)
        if folder.partition("/")[0] in ATTACHMENTS:
            continue
        dat = Dat(member.data) if base.lower().endswith(".dat") or not package.archive else None
        home = _home(base, dat, contract) if dat else ""
        if dat and home:
            found.append((member, home, dat))
        elif contract.files_exactly:
            what = "the contract knows no member of this name"
            facts.append(Fact("package.member_unknown", "", what, member=member.name))
    if not found and not _refused(package, contract):
        names = " or ".join(dict.fromkeys(name for file in contract.files.values() for name in members_of(file)))
        facts.append(Fact("package.member_missing", "", f"no {names} in the payload"))
    return found, facts


def _split(name: str) -> tuple[str, str]:
    folder, _, base = name.replace("\\", "/").rpartition("/")
    return folder, base


def _home(base: str, dat: Dat, contract: Contract) -> str:
    """The name under which Oracle would read this .dat, "" where it belongs to no object of the contract."""
    names = [name for file in contract.files.values() for name in members_of(file)]
    for name in names:
        if name.lower() == base.lower():
            return name if base not in names else base
    stem = re.sub(r"\.dat$", "", base, flags=re.IGNORECASE)
    if any(stem in objects for objects in _layouts().values()):
        return ""
    held = {stem, *(block.component for block in dat.blocks)}
    return next((members_of(file)[0] for file in contract.files.values() if file.component in held), "")


def _about_name(name: str, home: str) -> Iterator[Fact]:
    folder, base = _split(name)
    if folder:
        yield Fact("package.folder", "", "a .dat lies at the top of the zip", member=name)
    if base.lower() != home.lower():
        yield Fact("package.file_name", "", f"no top-level object has this name; read as {home}", member=name)
    elif base != home:
        yield Fact("package.member_case", "", f"the name differs in case: expected {home}", member=name)


def _refused(package: Package, contract: Contract) -> bool:
    """True if a .dat of the contract may be in the package but could not be opened."""
    names = {name.lower() for file in contract.files.values() for name in members_of(file)}
    return any(not fact.member or _split(fact.member)[1].lower() in names for fact in package.facts)
