"""METADATA lines of HCM Data Loader: components with their attributes, from a line or a whole .dat file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from harness.drafting.source import Note, Source, SourceColumn, SourceFile
from harness.errors import UsageError
from interfaces import Dat

_LINE = re.compile(rb"[ \t]*(?:SET[ \t]|METADATA\b)", re.IGNORECASE)
_FREE = re.compile(r"FLEX:.+|EFF_CATEGORY_CODE|SourceRef(?:\d{3}|TableName)(?:=.*)?|.+\(.+=.+\)")
"""Flexfields and references to the source system: legal on every component, facts of none."""


def read_metadata(path: Path) -> Source:
    """Return the components of a .dat file. No value of its records is kept. Raises UsageError if it has none."""
    with path.open("rb") as file:
        first = next(file, b"").removeprefix(b"\xef\xbb\xbf")
        dat = Dat(b"".join(line for line in (first, *file) if _LINE.match(line)))
    blocks = {block.component: block for block in reversed(dat.blocks) if block.attributes}
    if not blocks:
        raise UsageError(
            "no METADATA line with attributes", where=path.name, todo="write METADATA|Component|Attribute|..."
        )
    names = [*reversed(blocks)]
    object_ = re.sub(r"\W+", "", path.stem) if path.suffix.lower() == ".dat" else names[0]
    files = [_file(object_, name, blocks[name].attributes or (), names) for name in names]
    odd = [Note("METADATA", fact.detail) for fact in dat.facts(path.name) if fact.rule == "package.metadata"]
    return Source(path.name, "HDL metadata", "hdl", tuple(files), unread=tuple(odd))


def _file(object_: str, component: str, attributes: Sequence[str], components: Sequence[str]) -> SourceFile:
    names = [name for name in dict.fromkeys(attributes) if name and not _FREE.fullmatch(name)]
    free = [name for name in attributes if _FREE.fullmatch(name)]
    remarks = (f"left out as free of every component: {', '.join(free)}",) if free else ()
    columns = tuple(_attribute(name) for name in names)
    return SourceFile(
        f"{object_}/{component}", f"METADATA {component}", columns, name=f"{object_}.dat", remarks=remarks
    )


def _attribute(name: str) -> SourceColumn:
    """An attribute; its type is a guess that its name suggests."""
    if name.endswith(("Date", "DateFrom", "DateTo")) or name.startswith("Date"):
        guess = SourceColumn(name, type="DATE", mask="YYYY/MM/DD")
    elif name.endswith("Flag"):
        guess = SourceColumn(name, type="FLAG")
    else:
        return SourceColumn(name, notes="from a METADATA line, type not known", certainty="likely")
    return SourceColumn(
        name, type=guess.type, mask=guess.mask, notes="type made of the name, src:MEM", certainty="memory",
        question=f"Is {name} a {guess.type.lower()}? Its name suggests it.",
    )  # fmt: skip
