"""Small contracts for the tests of the room, and payloads to hold against them."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from textwrap import dedent, indent
from zoneinfo import ZoneInfo

import polars as pl

from contracts import Contract, Fault, Profile, Records, RuleOutcome, evaluate, lint, load

IDENTITY = "finance.demo"
OVERLAY_HEAD = f"extends: {IDENTITY}\nversion: 1.0.3\nprefix: DMX\n"
Rows = Sequence[Mapping[str, str | None]]


def head(channel: str = "delimited", identity: str = IDENTITY, prefix: str = "DM") -> str:
    """Top-level keys of a contract."""
    return dedent(f"""\
        contract: {identity}
        version: 1.2.0
        status: draft
        title: Demonstration
        owner: {{department: Finance}}
        direction: inbound
        channel: {channel}
        prefix: {prefix}
        """)


def profile(folder: Path, name: str = "test_district") -> Profile:
    """A profile in ``folder`` without settings."""
    return Profile(name=name, title="A district of the tests", path=folder, time_zone=ZoneInfo("UTC"))


def write(folder: Path, text: str, identity: str = IDENTITY) -> Path:
    """Write a contract or overlay of the profile in ``folder``."""
    department, _, name = identity.partition(".")
    path = folder / "contracts" / department / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def build(folder: Path, body: str, *, channel: str = "delimited", release: str = "") -> Contract:
    """The contract of ``body`` (everything but the head) in the profile in ``folder``."""
    write(folder, head(channel) + dedent(body))
    return load(IDENTITY, profile(folder), release=release)


def linted(folder: Path, body: str, *, channel: str = "delimited") -> list[Fault]:
    """All faults of the contract of ``body``."""
    write(folder, head(channel) + dedent(body))
    return lint(profile(folder), [IDENTITY])


def one_file(columns: str, *, rules: str = "", lists: str = "", more: str = "") -> str:
    """The body of a contract of one delimited file ``f`` without a layout, dates written YYYY-MM-DD."""
    rows = "\n".join(f"- {line}" for line in dedent(columns).strip().splitlines())
    text = dedent("""\
        files:
          f:
            name: f.csv
            accept_unit: [_row]
            business_key: [_row]
            csv: {header: true, dates: YYYY-MM-DD}
        """)
    text += indent(dedent(more).strip() + "\n", "    ") if more else ""
    text += "    columns:\n" + indent(rows, "      ") + "\n"
    text += "lists:\n" + indent(dedent(lists).strip(), "  ") + "\n" if lists else ""
    return text + ("rules:\n" + indent(dedent(rules).strip(), "  ") + "\n" if rules else "")


def rule(number: int, text: str, **more: str) -> str:
    """A written rule of file ``f`` with what every rule must have."""
    extra = "".join(f", {key}: {value}" for key, value in more.items())
    return f"DM-{number:03}: {{title: Rule {number}, severity: significant, basis: observed, breaks: remove, {text}{extra}}}\n"


def frame(rows: Rows, columns: Sequence[str] = ()) -> pl.DataFrame:
    """Rows as a reader gives them: all text."""
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String)
    )


def judge(contract: Contract, as_of: date | None = None, **files: Rows) -> dict[str, RuleOutcome]:
    """What every rule finds in a payload, by rule id."""
    records = Records(contract, {name: frame(rows) for name, rows in files.items()})
    return {one.rule.id: one for name in records.ready for one in evaluate(contract, name, records, as_of)}


def findings(contract: Contract, **files: Rows) -> dict[str, list[int]]:
    """The rules that fail, with the numbers of the records, from 1."""
    return {name: (one.rows + 1).to_list() for name, one in judge(contract, **files).items() if one.rows.len()}
