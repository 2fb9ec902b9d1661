"""A profile: what belongs to one district. Folder layout in ARCHITECTURE.md."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.cells import readable
from contracts.errors import ContractError
from contracts.people import Person, read_people
from contracts.questions import Question, read_questions

SHIPPED = Path(__file__).parent / "profiles"
ORACLE = "oracle"
"""Name of the bare library: no overlay, no list bound, no register."""

_NEEDED_COLUMNS = (
    "id", "name", "department", "direction", "mechanism", "frequency", "volume", "criticality", "owner",
    "contracts", "required_stage", "time_limit_hours", "pay_affecting", "in_scope", "phase",
)  # fmt: skip
VOLUME_COLUMNS = ("peak_records", "window_minutes", "census_units")
"""Whole numbers that a register may leave out or leave blank."""
REASON_COLUMN = "no_contract_yet"
"""Why an interface has no contract; a register may leave it out."""
REGISTER_COLUMNS = (*_NEEDED_COLUMNS, *VOLUME_COLUMNS, REASON_COLUMN)
DEPARTMENTS = ("Finance", "Procurement", "HR", "Operations")


_WORDS: Mapping[str, tuple[str, ...]] = {
    "pay_affecting": ("yes", "no"), "in_scope": ("yes", "no"), "required_stage": ("S1", "S2", "S3", "S4"),
}  # fmt: skip
"""Columns of the register that hold one of a few words: another one would take an interface out in silence."""
GOAL_MEASURES = ("acceptance_rate", "open_critical", "open_significant")


@dataclass(frozen=True)
class Interface:
    """A row of the register: one feed with an owner, a direction and a frequency."""

    id: str
    name: str
    department: str
    direction: str  # inbound | outbound
    mechanism: str
    frequency: str
    volume: str
    criticality: str  # critical | high | medium
    owner: str
    contracts: tuple[str, ...]  # ids; empty = none yet
    required_stage: str  # S1 .. S4
    time_limit_hours: int
    pay_affecting: bool
    in_scope: bool
    phase: str
    peak_records: int | None = None  # records of the peak payload
    window_minutes: int | None = None  # the batch window in which the peak payload must be through
    census_units: int | None = None  # accept units that there are: 19,000 workers
    no_contract_yet: str = ""  # why, where it has no contract


@dataclass(frozen=True)
class Goal:
    """A programme goal: a measure that moves from a start value to a target by a date."""

    name: str
    measure: str  # one of GOAL_MEASURES
    start: float
    target: float
    by: date | None = None
    since: date | None = None  # first day of the line; None: the first week with evidence


@dataclass(frozen=True)
class Profile:
    """A district's settings, register and folder. ``path`` is None for the bare library."""

    name: str
    title: str
    path: Path | None
    time_zone: ZoneInfo
    default_release: str = ""
    fiscal_year_start: str = "07-01"  # month and day
    load_all_or_nothing: bool = True  # one load error refuses every unit of its file (unconfirmed)
    goals: tuple[Goal, ...] = ()
    register: Mapping[str, Interface] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)  # by id; who may change the RAID log, in which role
    questions: tuple[Question, ...] = ()  # its own open ones, in file order
    library: Path | None = None  # that it stands on, with layouts and codes; None = as installed

    def serving(self, contract: str) -> list[Interface]:
        """Rows of the register that name the contract, in register order."""
        return [row for row in self.register.values() if contract in row.contracts]


def load_profile(name: str, folder: Path | None = None) -> Profile:
    """Return the profile ``name``: from ``folder`` if given, else the shipped one; ``oracle`` is the bare library.

    Raises ContractError if there is no such profile or if its toml or register cannot be read.
    """
    if name == ORACLE and folder is None:
        return Profile(name=ORACLE, title="Bare library: Oracle's facts only", path=None, time_zone=ZoneInfo("UTC"))
    path = folder or SHIPPED / name
    toml = path / "profile.toml"
    if not toml.is_file():
        raise ContractError(f"profile {name!r} not found", where=str(toml), todo=f"use one of: {', '.join(shipped())}")
    try:
        data = tomllib.loads(toml.read_text(encoding="utf-8"))
        register = read_register(path / "register.csv") if (path / "register.csv").exists() else {}
        people = read_people(path / "people.csv") if (path / "people.csv").exists() else {}
        questions = path / "questions.csv"
        return Profile(
            name=data.get("name", name),
            title=data.get("title", name),
            path=path,
            time_zone=ZoneInfo(data.get("time_zone", "UTC")),
            default_release=data.get("default_release", ""),
            fiscal_year_start=data.get("fiscal_year_start", "07-01"),
            load_all_or_nothing=data.get("load_all_or_nothing", True),
            goals=tuple(_goal(goal) for goal in data.get("goals", ())),
            register=register,
            people=people,
            questions=read_questions(questions, register, people) if questions.exists() else (),
        )
    except (
        csv.Error,
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        ZoneInfoNotFoundError,
        ValueError,
    ) as error:
        raise ContractError(f"profile cannot be read: {error}", where=str(toml), todo="correct the file") from error


def shipped() -> list[str]:
    """Names of the profiles that come with the harness, the bare library first."""
    return [ORACLE, *sorted(path.parent.name for path in SHIPPED.glob("*/profile.toml"))]


def read_register(path: Path) -> dict[str, Interface]:
    """Return the register's rows by id, in file order. Raises ContractError naming the line of the first fault."""
    with readable(path, "the register") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) not in (_NEEDED_COLUMNS, REGISTER_COLUMNS[:-1], REGISTER_COLUMNS):
            more = f"{','.join(VOLUME_COLUMNS)} or nothing, and after these {REASON_COLUMN} or nothing"
            raise ContractError(
                "the register has other columns", where=f"{path}:1",
                todo=f"write {','.join(_NEEDED_COLUMNS)}, after them {more}",
            )  # fmt: skip
        rows: dict[str, Interface] = {}
        for number, row in enumerate(reader, start=2):
            if None in row or None in row.values():
                what, todo = "a row has too few or too many cells", "put texts with commas into quotes"
                raise ContractError(what, where=f"{path}:{number}", todo=todo)
            interface = _interface(row, f"{path}:{number}")
            if interface.id in rows:
                raise ContractError(
                    f"interface {interface.id} stands twice", where=f"{path}:{number}", todo="give it an id of its own"
                )
            rows[interface.id] = interface
    return rows


def _interface(row: Mapping[str, str], where: str) -> Interface:
    if row["department"] not in DEPARTMENTS:
        raise ContractError(
            f"unknown department {row['department']!r}", where=where, todo=f"write one of {', '.join(DEPARTMENTS)}"
        )
    if row["direction"] not in ("inbound", "outbound"):
        raise ContractError(f"unknown direction {row['direction']!r}", where=where, todo="write inbound or outbound")
    if not re.fullmatch(r"[0-9]{1,4}", row["time_limit_hours"]):
        raise ContractError(f"time limit {row['time_limit_hours']!r} is no number", where=where, todo="write hours")
    for name, words in _WORDS.items():
        if row[name] not in words:
            what, todo = f"{name} is {row[name]!r}", f"write {' or '.join(words)}"
            raise ContractError(what, where=where, todo=todo)
    reason = (row.get(REASON_COLUMN) or "").strip()
    if reason and row["contracts"].strip():
        raise ContractError(
            f"interface {row['id']} has a contract, and a reason why it has none", where=where,
            todo=f"leave {REASON_COLUMN} or contracts blank",
        )  # fmt: skip
    return Interface(
        **{
            key: row[key]
            for key in (
                "id",
                "name",
                "department",
                "direction",
                "mechanism",
                "frequency",
                "volume",
                "criticality",
                "owner",
                "required_stage",
                "phase",
            )
        },
        contracts=tuple(row["contracts"].split()),
        time_limit_hours=int(row["time_limit_hours"]),
        pay_affecting=row["pay_affecting"] == "yes",
        in_scope=row["in_scope"] == "yes",
        peak_records=_volume(row, "peak_records", where),
        window_minutes=_volume(row, "window_minutes", where),
        census_units=_volume(row, "census_units", where),
        no_contract_yet=reason,
    )


def _volume(row: Mapping[str, str], name: str, where: str) -> int | None:
    text = (row.get(name) or "").strip()
    if text and not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise ContractError(f"{name} {text!r} is no whole number", where=where, todo="write it as 19000, or nothing")
    return int(text) if text else None


def _goal(goal: Mapping[str, object]) -> Goal:
    measure = str(goal["measure"])
    if measure not in GOAL_MEASURES:
        raise ValueError(f"goal {goal['name']!r} has the measure {measure!r}: use {', '.join(GOAL_MEASURES)}")
    by, since = goal.get("by"), goal.get("since")
    return Goal(
        str(goal["name"]),
        measure,
        float(str(goal["from"])),
        float(str(goal["to"])),
        by if isinstance(by, date) else None,
        since if isinstance(since, date) else None,
    )
