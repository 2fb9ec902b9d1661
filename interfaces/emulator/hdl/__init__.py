"""The emulator's HCM Data Loader: reads a package, judges its logical objects, keeps what it accepts.

Its verdicts come from the set-up's lists, from earlier loads and from what is documented of HDL, never from a contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from interfaces.emulator.hdl import importing, loading
from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.catalogue import OBJECTS
from interfaces.emulator.hdl.grouping import Grouping, Logical
from interfaces.emulator.hdl.messages import Message
from interfaces.emulator.hdl.objects import BusinessObject
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Dat, Line, read
from interfaces.emulator.jobs import HdlResult
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Tables
from interfaces.package import ATTACHMENTS, ZIP_STARTS, unpack, zipped

__all__ = ["load"]


def load(data: bytes, file_name: str, tables: Tables, setup: Setup) -> HdlResult:
    """Return what became of an uploaded zip of .dat files, or of one plain .dat. Bad bytes never raise.

    A .dat that is not named as a top-level object, or whose METADATA is wrong, is refused whole and counts no lines;
    the others of the zip are loaded (unconfirmed), what others refer to first.
    """
    run = _Run(Pod(tables, setup, OBJECTS.values()))
    valid: dict[str, bytes] = {}
    for name, content in _members(data, file_name):
        if name.partition("/")[0] in ATTACHMENTS:
            continue
        if PurePosixPath(name).stem in OBJECTS and name.endswith(".dat") and "/" not in name:
            valid[PurePosixPath(name).stem] = content
        elif name.lower().endswith(".dat"):
            run.say(Message(say.file_name_invalid(name), "IMPORT", name))
    if not valid:
        run.say(Message(say.no_valid_files(file_name), "IMPORT", file_name))
        run.say(Message(say.CRITICAL_ERRORS, "IMPORT", file_name))
    for name, object_ in OBJECTS.items():
        if name in valid:
            run.load(read(f"{name}.dat", valid[name]), object_, valid[name])
    return run.result()


def _members(data: bytes, file_name: str) -> list[tuple[str, bytes]]:
    if data.startswith(ZIP_STARTS) or file_name.lower().endswith(".zip"):
        return [(member.name, member.data) for member in unpack(data)[0]]
    return [(file_name, data)]


class _Run:
    """One load: its counts, what it says, and the lines that it refuses."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._said: list[Message] = []
        self._refused: dict[str, bytes] = {}
        self._lines, self._bad_lines = 0, 0
        self._objects, self._bad_objects = 0, 0

    def say(self, message: Message) -> None:
        """Keep a message."""
        self._said.append(message)

    def result(self) -> HdlResult:
        """The counts so far, and everything said."""
        return HdlResult(
            lines_total=self._lines,
            lines_ok=self._lines - self._bad_lines,
            lines_error=self._bad_lines,
            objects_total=self._objects,
            objects_ok=self._objects - self._bad_objects,
            objects_error=self._bad_objects,
            messages=[message.item() for message in self._said],
            failed_lines=zipped(self._refused) if self._refused else b"",
        )

    def load(self, dat: Dat, object_: BusinessObject, content: bytes) -> None:
        """Import and load one .dat."""
        faults = list(dict.fromkeys(importing.definition_faults(dat, object_)))
        if faults:
            for text in dict.fromkeys([*faults, say.definition_errors(object_.name)]):
                self.say(Message(text, "IMPORT", dat.name))
            self._refused[dat.name] = content
            return
        known, refused = self._staged(dat, object_)
        grouping = Grouping(object_, known, self._pod)
        faulty: dict[Line, list[str]] = {line: list(importing.line_faults(line, object_, self._pod)) for line in known}
        for line in grouping.orphans:
            faulty[line] += importing.orphan_faults(line, object_)
        logicals = grouping.logicals()
        for logical in logicals:
            for line, text in importing.required_faults(logical, object_):
                if line.width == line.expected and text not in faulty[line]:
                    faulty[line].append(text)
        for line, texts in faulty.items():
            for text in texts:
                self.say(Message(text, "IMPORT", dat.name, line))
        self._lines += len(known) + len(refused) + len(dat.strange)
        self._bad_lines += sum(map(bool, faulty.values())) + len(refused) + len(dat.strange)
        together: dict[Line, list[str]] = {}
        for line, text in object_.check_file(logicals):
            together.setdefault(line, []).append(text)
        for logical in logicals:
            if not self._accepted(logical, object_, dat, faulty, together):
                refused += logical.lines
        if refused:
            self._refused[dat.name] = _failed(dat, refused, self._said)

    def _staged(self, dat: Dat, object_: BusinessObject) -> tuple[list[Line], list[Line]]:
        """The lines of the object's components, and those of none."""
        for number, _ in dat.strange:
            self.say(Message(say.UNKNOWN_INSTRUCTION, "IMPORT", dat.name, number=number))
        names = {component.name for component in object_.components}
        refused = [line for line in dat.lines if line.component not in names]
        for line in refused:
            self.say(Message(say.discriminator_invalid(line.component), "IMPORT", dat.name, line))
        return [line for line in dat.lines if line.component in names], refused

    def _accepted(
        self,
        logical: Logical,
        object_: BusinessObject,
        dat: Dat,
        faulty: Mapping[Line, Sequence[str]],
        together: Mapping[Line, Sequence[str]],
    ) -> bool:
        """Load a logical object. One with a line that was not staged is not tried, but counts (unconfirmed).

        ``faulty`` and ``together`` are what the import says of each line, and what the load says of all together.
        """
        self._objects += 1
        faults: list[tuple[Line, str]] = []
        staged = not any(faulty[line] for entry in logical.entries for line in entry.lines)
        if staged:
            faults = list(dict.fromkeys(loading.load_faults(logical, object_, self._pod)))
            faults += [(line, text) for line in logical.lines for text in together.get(line, ())]
        for line, text in faults:
            self.say(Message(text, "LOAD", dat.name, line, user_key=_user_key(line, object_)))
        if staged and not faults:
            _keep(logical, object_, self._pod)
            return True
        self._bad_objects += 1
        return False


def _keep(logical: Logical, object_: BusinessObject, pod: Pod) -> None:
    """Put the records of an accepted object into the pod, and take out those that it deletes."""
    new = [entry for entry in logical.entries if entry.new]
    for entry in logical.entries:
        record = entry.record
        record.above = entry.parent.record if entry.parent else record.above
        record.keys |= entry.keys
        if not entry.merges:
            pod.forget(record)
            continue
        if not entry.known:
            record.loaded, record.sourced = entry in new, True
        record.values |= {name: entry.merges[-1].get(name) for name in object_.remembers}
        pod.keep(record)
        if entry.component.name in object_.names:
            columns, listed = object_.names[entry.component.name]
            for line in entry.merges:
                pod.add(listed, {column: line.get(name) for name, column in columns.items()})


def _user_key(line: Line, object_: BusinessObject) -> str:
    """The user key of a record as messages show it: its values, parent first (their separator is unconfirmed)."""
    component = object_.component(line.component)
    assert component
    above = object_.component(component.parent)
    called = component.refers[above.name].names if above else {}
    parent = [called.get(name, name) for name in above.user_key] if above else []
    whole = (names for names in component.user_keys if all(map(line.get, names)))
    names = dict.fromkeys(["PersonNumber", *parent, *next(whole, component.user_key)])
    return "|".join(line.get(name) for name in names if line.get(name))


def _failed(dat: Dat, lines: Iterable[Line], said: Iterable[Message]) -> bytes:
    """A .dat of these lines under their METADATA, what was said of a line above it: to be corrected and sent again."""
    refused = sorted(lines, key=lambda line: line.number)
    comments: dict[Line, list[str]] = {line: [] for line in refused}
    for message in said:
        if message.line in comments:
            comments[message.line].append("COMMENT " + message.text.replace("\n", " "))
    components = {line.component for line in refused}
    metadata = [one.text for one in dat.metadata if one.component in components]
    shown = (text for line in refused for text in (*comments[line], line.text))
    return "\n".join([*dat.settings, *metadata, *shown, ""]).encode()
