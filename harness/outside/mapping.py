"""The mapping file: how a provider's results are to be read, and which interface its tests belong to."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from contracts import SEVERITIES, Profile
from harness.errors import UsageError
from harness.outside.executions import plain

COLUMNS: Mapping[str, str] = {
    name: name for name in ("suite", "run", "ended", "planned", "executed", "passed", "failed", "blocked", *SEVERITIES)
}
"""What is read of a table -> the name of its column, where the mapping file says nothing."""
_KEYS = ("provider", "time_zone", "date_format", "sheet", "open_issues", "columns", "tests")
_TEST_KEYS = ("match", "interface", "severity")
_MOST_BYTES = 65_536
_AFTERNOON = datetime(2026, 11, 24, 17, 45, tzinfo=UTC)  # day, month, year and hour: no two of them are alike


@dataclass(frozen=True)
class Pattern:
    """The tests that a pattern names. ``severity`` of a failure is blank where the pattern does not say it."""

    match: str
    interface: str = ""
    severity: str = ""


@dataclass(frozen=True)
class ProviderMapping:
    """How the results of a provider are read."""

    provider: str
    time_zone: ZoneInfo  # of moments without an offset
    date_format: str = ""  # as of strptime; blank: ISO 8601
    sheet: str = ""  # of a workbook; blank: its only one
    open_issues: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)  # those that the mapping file names
    tests: tuple[Pattern, ...] = ()

    def pattern(self, names: Iterable[str]) -> Pattern:
        """Return the first pattern that fits to one of a test's names, a blank one if there is none."""
        known = list(names)
        return next((one for one in self.tests if any(fnmatchcase(name, one.match) for name in known)), Pattern(""))

    def moment(self, told: datetime) -> datetime:
        """Return the moment, in the provider's time zone where it has no offset."""
        return told if told.tzinfo else told.replace(tzinfo=self.time_zone)


def read_mapping(path: Path | None, profile: Profile, provider: str = "") -> ProviderMapping:
    """Return the mapping of a file, without one the defaults. ``provider`` is needed where no file names it.

    Raises UsageError for a file that cannot be read, with the line of what is unknown or wrong in it.
    """
    given = plain(provider)
    read = _Mapping(path, profile).read() if path else ProviderMapping("", profile.time_zone)
    if read.provider and given and read.provider != given:
        todo = f"leave --provider out, or use the mapping file of {given}"
        raise UsageError(f"the mapping file is of {read.provider}, not of {given}", where=str(path), todo=todo)
    if not (read.provider or given):
        raise UsageError("whose results are these?", where="--provider", todo="say --provider NAME")
    return replace(read, provider=read.provider or given)


class _Mapping:
    """Reads the nodes of the file, which know their lines; nothing but text is made of them."""

    def __init__(self, path: Path, profile: Profile) -> None:
        self.path, self.profile = path, profile

    def read(self) -> ProviderMapping:
        values = self.members(self.root(), _KEYS)
        texts = {name: self.text(values[name]) for name in values if name not in ("columns", "tests")}
        return ProviderMapping(
            provider=texts.get("provider", ""),
            time_zone=self.zone(values["time_zone"]) if "time_zone" in values else self.profile.time_zone,
            date_format=self.date_format(values["date_format"]) if "date_format" in values else "",
            sheet=texts.get("sheet", ""),
            open_issues=self.choice(values["open_issues"], ("yes", "no")) == "yes" if "open_issues" in values else True,
            columns=self.columns(values["columns"]) if "columns" in values else {},
            tests=tuple(map(self.read_pattern, self.items(values["tests"]))) if "tests" in values else (),
        )

    def root(self) -> yaml.Node:
        try:
            data = self.path.read_bytes()
            if len(data) > _MOST_BYTES:
                raise UsageError(f"{len(data):,} bytes are no mapping", where=str(self.path), todo="see docs/taas.md")
            node = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.SafeLoader)  # nodes: no value is built
        except OSError as error:
            said = f"the mapping file cannot be read: {error.strerror}"
            raise UsageError(said, where=str(self.path), todo="check path and permissions") from error
        except UnicodeDecodeError as error:
            raise UsageError("not UTF-8", where=str(self.path), todo="save the file as UTF-8") from error
        except (yaml.YAMLError, RecursionError) as error:
            said = getattr(error, "problem", None) or type(error).__name__
            mark = getattr(error, "problem_mark", None)
            where = f"{self.path}, line {mark.line + 1}" if mark else str(self.path)
            raise UsageError(f"not YAML: {said}", where=where, todo="correct indentation or quotes") from error
        if node is None:
            raise UsageError("the mapping file is empty", where=str(self.path), todo="see docs/taas.md")
        return node

    def fault(self, node: yaml.Node, what: str, todo: str) -> UsageError:
        return UsageError(what, where=f"{self.path}, line {node.start_mark.line + 1}", todo=todo)

    def members(self, node: yaml.Node, known: Sequence[str]) -> dict[str, yaml.Node]:
        """The values of a mapping by key. Raises UsageError for an unknown key and one that stands twice."""
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(node, "no mapping of keys", f"write {', '.join(f'{name}:' for name in known)}")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                todo = f"write `{near[0]}`" if near else f"use {', '.join(known)}"
                raise self.fault(key, f"unknown key `{plain(name)}`", todo)
            if name in found:
                raise self.fault(key, f"key `{name}` stands twice", "keep one")
            found[name] = value
        return found

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.fault(node, "no list", "write one `- match: ...` per pattern")
        return list(node.value)

    def text(self, node: yaml.Node) -> str:
        text = plain(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if not text:
            raise self.fault(node, "blank, or no text", "write a text, or leave the key out")
        return text

    def choice(self, node: yaml.Node, allowed: Iterable[str]) -> str:
        text = self.text(node)
        if text not in allowed:
            raise self.fault(node, f"{text!r} is refused", f"use one of {', '.join(allowed)}")
        return text

    def zone(self, node: yaml.Node) -> ZoneInfo:
        text = self.text(node)
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self.fault(node, f"no time zone {text}", "write one such as America/New_York") from error

    def date_format(self, node: yaml.Node) -> str:
        text = self.text(node)
        try:
            told = datetime.strptime(_AFTERNOON.strftime(text), text)  # noqa: DTZ007 - compared, and forgotten
        except (ValueError, re.error) as error:  # the latter for a directive that stands twice
            raise self.fault(node, f"no format of a date: {text}", "write one such as %m/%d/%Y %H:%M") from error
        if told.date() != _AFTERNOON.date():
            raise self.fault(node, f"{text} does not tell the whole date", "write one such as %m/%d/%Y %H:%M")
        if told.hour not in (0, _AFTERNOON.hour):
            raise self.fault(node, f"{text} does not tell morning from afternoon", "write %H, or %I with %p")
        return text

    def columns(self, node: yaml.Node) -> dict[str, str]:
        return {name: self.text(value) for name, value in self.members(node, tuple(COLUMNS)).items()}

    def read_pattern(self, node: yaml.Node) -> Pattern:
        values = self.members(node, _TEST_KEYS)
        if "match" not in values:
            raise self.fault(node, "a pattern is missing", "write match: PATTERN")
        interface = self.text(values["interface"]) if "interface" in values else ""
        if interface and interface not in self.profile.register:
            near = difflib.get_close_matches(interface, self.profile.register, 1)
            todo = f"write {near[0]}" if near else "use an id of the register"
            raise self.fault(values["interface"], f"no interface {interface}", todo)
        severity = self.choice(values["severity"], SEVERITIES) if "severity" in values else ""
        return Pattern(self.text(values["match"]), interface, severity)
