"""The line grammar of a .dat file: instructions, SET values, escapes, and the records under each METADATA line.

Source: Oracle's guide "HCM Data Loader" (The METADATA / MERGE / SET Instruction, reserved characters). Where the guide
says nothing, the line is read and the reading is said to be one (``package.notation``).
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from interfaces.payload import Fact

BOM = b"\xef\xbb\xbf"
BLANKS = " \t"
RESERVED = ("_row", "_line", "_component", "_parent", "_unit", "_action")
"""Names of the harness's own columns: no attribute of a file can have them."""
TOKEN_LENGTH = 10
"""Characters that a delimiter, escape or newline token may have at most (reserved-characters page)."""

TOKENS = {"FILE_DELIMITER": "delimiter", "FILE_ESCAPE": "escape", "FILE_NEWLINE": "newline"}
"""SET names of the tokens -> what they are called here."""
_FLAGS = (
    "PURGE_FUTURE_CHANGES", "INVOKE_POST_PROCESS", "ENABLE_AUDIT_DATA", "PURGE_AUDIT_DATA", "CALCULATE_FTE",
    "CREATE_DEFAULT_WORKING_HOUR_PATTERN", "ENABLE_INCREMENTAL_LOAD_EVENTS", "EXTEND_DATA_SET_RETENTION",
    "EVALUATE_LIFE_EVENTS", "RETAIN_SUCCESSION_PLAN_HISTORY", "ORA_ENABLE_OS_BULK_INGEST",
)  # fmt: skip
SETTINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*TOKENS, "DISABLE_POST_PROCESS_TASKS"), ()),
    **dict.fromkeys(_FLAGS, ("Y", "N")),
    "ORACLE_SEARCH_UPDATE_MODE": ("ORA_BULK", "ORA_INITIAL"),
}
"""Every SET name that Oracle lists, with its values; () = any text."""

_SET = re.compile(r"[ \t]+(\S+)(?:[ \t](.*))?")
_WORD = re.compile(r"[A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PACKED = (b"x", b"\x1f", b"(")
"""First bytes of zlib (``x^``), gzip and zstd: polars unpacks them unasked."""
_LONGEST = 200  # characters of a name that a message tells


@dataclass(frozen=True)
class Tokens:
    """What separates values and what protects a character inside one. ``newline`` follows ``escape``."""

    delimiter: str = "|"
    escape: str = "\\"
    newline: str = "n"

    def split(self, line: str) -> tuple[list[str], bool]:
        """Return the values of ``line`` without their escapes, and whether an escape stood before anything else."""
        values, position, odd = [""], 0, False
        for match in self._escaped.finditer(line):
            self._append(values, line[position : match.start()])
            values[-1] += self._meaning.get(match[1], match[0])
            odd = odd or match[1] is None
            position = match.end()
        self._append(values, line[position:])
        return values, odd

    def _append(self, values: list[str], text: str) -> None:
        first, *further = text.split(self.delimiter)
        values[-1] += first
        values += further

    def escapes(self) -> dict[str, str]:
        """Return what an escape and the token behind it mean, longest first."""
        return {self.escape + token: meant for token, meant in self._meaning.items()}

    def join(self, values: Iterable[str]) -> str:
        """Return the line that ``split`` takes apart into ``values``."""
        return self.delimiter.join(self._protected.sub(self._protect, value) for value in values)

    def fault(self) -> str:
        """Return why these tokens cannot carry every value, "" if they can."""
        outer = (self.delimiter, self.escape)
        if not all(0 < len(token) <= TOKEN_LENGTH for token in (*outer, self.newline)):
            return f"delimiter, escape and newline token have 1 to {TOKEN_LENGTH} characters"
        if any(sign.isalnum() or sign.isspace() or not sign.isprintable() for sign in "".join(outer)):
            return "delimiter and escape may not hold letters, digits, blanks or control characters"
        if any(sign.isspace() or not sign.isprintable() for sign in self.newline):
            return "the newline token may not hold blanks or control characters"
        if any(_overlap(first, second) for first in outer for second in outer) or self.delimiter == self.escape:
            return "delimiter and escape overlap: a value that ends with a part of one could not be told from it"
        after = (*outer, self.newline)
        if any(one != other and other.startswith(one) for one in after for other in after) or self.newline in outer:
            return "after an escape, one token is the beginning of another"
        return ""

    @cached_property
    def _meaning(self) -> dict[str, str]:
        meant = {self.newline: "\n", self.escape: self.escape, self.delimiter: self.delimiter}
        return {token: meant[token] for token in sorted(meant, key=len, reverse=True)}

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        after = "|".join(map(re.escape, self._meaning))
        return re.compile(f"{re.escape(self.escape)}({after})?")

    @cached_property
    def _protected(self) -> re.Pattern[str]:
        return re.compile(f"{re.escape(self.escape)}|{re.escape(self.delimiter)}|\n")

    def _protect(self, match: re.Match[str]) -> str:
        return self.escape + (self.newline if match[0] == "\n" else match[0])


def _overlap(first: str, second: str) -> bool:
    """True if an occurrence of ``second`` may begin inside ``first``, other than being it."""
    if first != second and second in first:
        return True
    return any(first.endswith(second[:size]) for size in range(1, min(len(first), len(second)) + (first != second)))


@dataclass
class Block:
    """The MERGE and DELETE lines of one component under one METADATA line, whole, with their physical lines."""

    component: str
    attributes: Sequence[str] | None  # without blanks around; None = the file has no METADATA line for them
    metadata: int = 0  # physical line of the METADATA line
    numbers: list[int] = field(default_factory=list)
    # parallel to numbers; without a METADATA line there are none
    lines: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))


class Dat:
    """One .dat file taken apart: its tokens, SET values and blocks, and what is wrong with its lines."""

    def __init__(self, data: bytes) -> None:
        self.tokens = Tokens()
        self.settings: dict[str, str] = {}
        self.blocks: list[Block] = []
        self.undecodable: set[int] = set()  # physical lines with bytes that are not UTF-8, or NUL
        self._notes: dict[tuple[str, str], list[int]] = {}
        self._current: dict[str, Block] = {}  # component -> block that takes its next line
        self._described = False  # a METADATA line was seen: nothing changes the tokens after it
        self._respelled: dict[int, str] = {}  # record lines that are read as if they were written so
        lines = self._physical(data)
        begun = 0  # lines up to the first METADATA line
        for begun, line in enumerate(lines, start=1):
            self._take(begun, line)
            if self._described:
                break
        self._records(lines.slice(begun), begun + 1)
        self._settle(lines)

    def facts(self, member: str) -> list[Fact]:
        """What is wrong with its lines: one fact per kind, naming the first line and how many more there are."""
        facts = []
        for (rule, what), numbers in self._notes.items():
            more = f" and {len(numbers) - 1:,} more" if len(numbers) > 1 else ""
            facts.append(Fact(rule, "", f"{what} (line {numbers[0]:,}{more})" if numbers[0] else what, member=member))
        return facts

    def note(self, rule: str, what: str, number: int = 0) -> None:
        """Keep that ``what`` was seen on line ``number``; 0 = it is about the whole file."""
        self._notes.setdefault((rule, what), []).append(number)

    def _physical(self, data: bytes) -> pl.Series:
        """Lines end at LF or CRLF only: U+0085 and the like are characters of a value."""
        if data.startswith(BOM):
            self.note("package.notation", "the file begins with a byte-order mark")
            data = data[len(BOM) :]
        if b"\0" not in data:
            try:
                return _lines(data)
            except pl.exceptions.ComputeError:
                pass  # some line is not UTF-8
        for number, line in enumerate(data.split(b"\n"), start=1):
            if b"\0" in line or not _decodes(line):
                self.undecodable.add(number)
        return _lines(data.decode("utf-8", "replace").replace("\0", "\ufffd").encode())

    def _records(self, lines: pl.Series, first: int) -> None:
        """Take the lines below the first METADATA line, numbered from ``first``: those of records together."""
        if not lines.len():
            return
        delimiter = self.tokens.delimiter
        begins = [pl.col("line").str.starts_with(word + delimiter) for word in ("MERGE", "DELETE")]
        frame = lines.to_frame("line").select(
            pl.int_range(first, first + pl.len(), dtype=pl.UInt32).alias("number"),
            pl.any_horizontal(begins).alias("record"),
            pl.col("line").str.splitn(delimiter, 3).struct[1].alias("component"),
        )
        others = frame.filter(~pl.col("record"))["number"].to_list()
        before = pl.col("record").not_().cum_sum()  # of the others
        runs = frame.with_columns(before.alias("before")).filter("record")
        runs = runs.group_by("before", "component", maintain_order=True).agg("number")
        taken = 0
        for count, component, numbers in runs.iter_rows():
            for number in others[taken:count]:
                self._take(number, lines[number - first])
            taken = count
            self._of_component(component, numbers)
        for number in others[taken:]:
            self._take(number, lines[number - first])

    def _take(self, number: int, line: str) -> None:
        word, _, rest = line.partition(self.tokens.delimiter)
        if word in ("MERGE", "DELETE"):
            self._of_component(rest.partition(self.tokens.delimiter)[0], [number])
        elif word == "METADATA":
            self._metadata(number, line)
        elif line.strip():
            self._other(number, line.lstrip(BLANKS))

    def _of_component(self, component: str, numbers: Sequence[int]) -> None:
        if not component.strip():
            for number in numbers:
                self.note("package.instruction", "a line names no component", number)
            return
        block = self._current.get(component)
        if block is None:
            block = self._begin(component, None, 0)
        block.numbers += numbers

    def _begin(self, component: str, attributes: Sequence[str] | None, metadata: int) -> Block:
        block = self._current[component] = Block(component, attributes, metadata)
        self.blocks.append(block)
        return block

    def _metadata(self, number: int, line: str) -> None:
        head, returned, _ = line.partition("\r")  # behind it stand records, of which nothing may pass for a name
        _, component, *attributes = [*self.tokens.split(head)[0], ""]
        if not component.strip():
            self.note("package.instruction", "a line names no component", number)
            return
        if returned:
            what = f"a carriage return in the METADATA line of {shown(component)}: the line is read up to it"
            self.note("package.metadata", what, number)
        self._described = True
        names = self._names(component, attributes[:-1], number)
        earlier = self._current.get(component)
        if earlier is not None and earlier.attributes is None:
            self.note("package.metadata", f"the METADATA line of {shown(component)} stands below records of it", number)
            earlier.attributes, earlier.metadata = names, number
        elif earlier is not None:
            self.note("package.metadata", f"a second METADATA line of {shown(component)}", number)
        if earlier is None or earlier.attributes != names:  # one above every line, always the same, begins no block
            self._begin(component, names, number)

    def _names(self, component: str, attributes: Sequence[str], number: int) -> list[str]:
        names = [attribute.strip(BLANKS) for attribute in attributes]
        if names != list(attributes):
            self.note("package.notation", f"blanks around an attribute name of {shown(component)}", number)
        if not names or "" in names:
            what = f"an empty attribute name in the METADATA line of {shown(component)}"
            self.note("package.metadata", what, number)
        for name, times in Counter(names).items():
            if name and times > 1:
                what = f"{shown(component)} has the attribute {shown(name)} {times} times; the first one is read"
                self.note("package.metadata", what, number)
        return names

    def _other(self, number: int, line: str) -> None:
        if line.startswith(f"{self.tokens.delimiter}COMMENT"):
            self.note("package.notation", "COMMENT with a delimiter before it", number)
            return
        match = _WORD.match(line)
        word = match[0] if match else ""
        rest = line[len(word) :]
        bare = rest.lstrip(BLANKS)
        body = rest if rest.startswith(self.tokens.delimiter) else bare  # a delimiter may be a blank itself
        if word.upper() == "COMMENT":
            known = True
        elif word.upper() == "SET":
            known = bare != rest or not rest
        else:
            known = word.upper() in ("MERGE", "DELETE", "METADATA") and body.startswith(self.tokens.delimiter)
        if not known:
            self.note("package.instruction", "a line begins with no instruction word", number)
            return
        if word != word.upper():
            self.note("package.notation", "an instruction word in small letters, read as capitals", number)
        if word.upper() == "SET":
            self._set(number, rest)
        elif word.upper() != "COMMENT":
            if word.isupper():
                self.note("package.notation", "blanks around an instruction word", number)
            self._respelled[number] = word.upper() + body
            self._take(number, self._respelled[number])

    def _set(self, number: int, rest: str) -> None:
        match = _SET.fullmatch(rest)
        name = match[1].upper() if match else ""
        value = ((match[2] or "").strip(BLANKS) or match[2] or "") if match else ""
        if name == "FILE_NEW_LINE":
            self.note("package.notation", "SET FILE_NEW_LINE is read as FILE_NEWLINE", number)
            name = "FILE_NEWLINE"
        if self._described:
            self.note("package.set", "SET after the first METADATA line, not applied", number)
        elif name not in SETTINGS:
            self.note("package.set", f"Oracle lists no SET {name[:40]}".rstrip(), number)
        elif not value or (SETTINGS[name] and value.upper() not in SETTINGS[name]):
            self.note("package.set", f"SET {name} has no value that Oracle lists", number)
        else:
            self._apply(number, name, value)

    def _apply(self, number: int, name: str, value: str) -> None:
        self.settings[name] = value
        if name not in TOKENS:
            return
        if len(value) > TOKEN_LENGTH:
            self.note("package.set", f"SET {name} has more than {TOKEN_LENGTH} characters", number)
        self.tokens = replace(self.tokens, **{TOKENS[name]: value})

    def _settle(self, lines: pl.Series) -> None:
        if not self._described:
            self.note("package.metadata", "the file has no METADATA line")
        if self._respelled:
            lines = lines.scatter([number - 1 for number in self._respelled], list(self._respelled.values()))
        for block in self.blocks:
            if block.attributes is not None:
                block.lines = lines.gather(pl.Series(block.numbers, dtype=pl.UInt32) - 1)
            else:
                name = shown(block.component) if block.component.isidentifier() else "a component"
                for number in block.numbers:
                    self.note("package.instruction", f"records of {name} without a METADATA line, not read", number)


def shown(name: str) -> str:
    """A name as messages tell it: cut where none is so long, control characters as a dot."""
    return _CONTROL.sub("·", name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…")


def _lines(data: bytes) -> pl.Series:
    if data.startswith(_PACKED):  # behind an empty line it is not unpacked
        return pl.read_lines(io.BytesIO(b"\n" + data)).to_series().slice(1)
    return pl.read_lines(io.BytesIO(data)).to_series()


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
