"""Reading a .dat file as HCM Data Loader does: SET, METADATA and data lines, values without their escapes.

Written apart from the harness's own reader, so that neither can hide a mistake of the other. Bad bytes never raise.
Where Oracle's guide says nothing the reading is tolerant (unconfirmed): instruction words in small letters, blanks
around attribute names, bytes that are not UTF-8, an escape before any other character (both are kept).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

BLANKS = " \t"
NULL = "#NULL"
TOKENS = ("#NULL", "#RETAIN", "#ALL")
"""Values that say something about a value instead of being one."""

_SET = re.compile(r"[ \t]*SET[ \t]+(\S+)[ \t]+(.+)", re.IGNORECASE)
_SIGNS = {
    "FILE_DELIMITER": "delimiter",
    "FILE_ESCAPE": "escape",
    "FILE_NEWLINE": "newline",
    "FILE_NEW_LINE": "newline",  # Oracle's two pages disagree on the name
}
_LONGEST = 10  # characters of a sign


@dataclass(frozen=True)
class Signs:
    """What separates values, and what an escape makes of the sign behind it."""

    delimiter: str = "|"
    escape: str = "\\"
    newline: str = "n"

    def split(self, line: str) -> list[str]:
        """Return the values of a line, escapes undone."""
        if self.escape not in line:
            return line.split(self.delimiter)
        values, at = [""], 0
        for match in self._pattern.finditer(line):
            values[-1] += line[at : match.start()]
            at = match.end()
            if match[1] is None:
                values.append("")
            else:
                values[-1] += "\n" if match[1] == self.newline else match[1]
        values[-1] += line[at:]
        return values

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        after = sorted({self.delimiter, self.escape, self.newline}, key=len, reverse=True)
        meant = "|".join(map(re.escape, after))
        return re.compile(f"{re.escape(self.escape)}({meant})|{re.escape(self.delimiter)}")


@dataclass(frozen=True, slots=True)
class Metadata:
    """A METADATA line."""

    number: int
    component: str
    attributes: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A MERGE or DELETE line. ``values`` has no blank ones; surplus values are left out."""

    number: int  # physical line, from 1
    operation: str
    component: str
    values: Mapping[str, str]
    width: int  # values found
    expected: int  # attributes of the METADATA line above, 0 without one
    text: str

    def get(self, attribute: str) -> str:
        """The value of an attribute, "" where it is blank."""
        return self.values.get(attribute, "")

    def states(self, attribute: str) -> bool:
        """True if the attribute has a value: neither blank nor a token such as #NULL."""
        return self.get(attribute) not in ("", *TOKENS)


@dataclass
class Dat:
    """One .dat file taken apart."""

    name: str
    metadata: list[Metadata] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)  # SET lines in force, as they stand in the file
    strange: list[tuple[int, str]] = field(default_factory=list)  # lines of no known instruction: number, text
    _signs: Signs = Signs()
    _above: dict[str, Metadata] = field(default_factory=dict)  # component -> METADATA line in force

    def take(self, number: int, text: str) -> None:
        """Read the next physical line."""
        word, *rest = self._signs.split(text)
        instruction = word.strip(BLANKS).upper()
        if instruction in ("MERGE", "DELETE") and rest:
            self._record(number, instruction, rest, text)
        elif instruction == "METADATA" and rest:
            names = tuple(name.strip(BLANKS) for name in rest[1:])
            above = Metadata(number, rest[0].strip(BLANKS), names, text)
            self.metadata.append(above)
            self._above[above.component] = above
        elif setting := _SET.fullmatch(text):
            self._set(setting[1].upper(), setting[2], text)
        elif text.strip() and not text.lstrip(BLANKS + self._signs.delimiter).upper().startswith("COMMENT"):
            self.strange.append((number, text))

    def _record(self, number: int, instruction: str, rest: list[str], text: str) -> None:
        component, values = rest[0].strip(BLANKS), rest[1:]
        above = self._above.get(component)
        names = above.attributes if above else ()
        filled = {name: value for name, value in zip(names, values, strict=False) if value.strip(BLANKS)}
        self.lines.append(Line(number, instruction, component, filled, len(values), len(names), text))

    def _set(self, name: str, value: str, text: str) -> None:
        if self.metadata:
            return  # all SET lines come before the first METADATA; what a later one does is not known
        self.settings.append(text)
        sign = value.strip(BLANKS) or value
        if name in _SIGNS and len(sign) <= _LONGEST:
            self._signs = replace(self._signs, **{_SIGNS[name]: sign})


def read(name: str, data: bytes) -> Dat:
    """Return the .dat file of these bytes. Lines end at LF or CRLF; a byte-order mark is passed over."""
    dat = Dat(name)
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        dat.take(number, line)
    return dat
