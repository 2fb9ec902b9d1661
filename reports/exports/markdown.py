"""A contract as one Markdown page, short and complete: what a reviewer reads in a pull request or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from contracts import Contract, File, Profile
from reports.exports import words

_SPECIAL = re.compile(r"([\\`*\[\]<>|#~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")  # not the underscore inside a name


def markdown(profile: Profile, contract: Contract) -> bytes:
    """Return the page. Columns that the contract does not list are named, with their types, and not explained."""
    return ("\n".join(_page(profile, contract)) + "\n").encode()


def _page(profile: Profile, contract: Contract) -> Iterator[str]:
    yield f"# {_words(contract.title)}"
    yield f"\n`{contract.id}` {contract.version}. {_words(contract.summary)}\n"
    facts = list(words.overview(profile, contract))
    yield from _table([row for row in facts if row["about"] == "contract"], ["fact", "value"])
    for file in contract.files.values():
        yield from _file(contract, file, [row for row in facts if row["about"] == f"file {file.id}"])
    yield "\n## Rules"
    written = [rule for rule in contract.rules.values() if rule.written]
    for rule in written:
        yield from _rule(words.rule_row(contract, rule))
    more = len(contract.rules) - len(written)
    yield f"\n{more:,} more rules follow from the columns, the links of the files and the format itself."
    for title, rows in (
        ("Lists", words.list_rows(contract)),
        ("What Fusion says", words.code_rows(contract)),
        ("Open questions", words.question_rows(profile, contract)),
    ):
        told = list(rows)
        yield f"\n## {title}\n"
        yield from _table(told, list(told[0])) if told else ["None."]
    yield "\n## Examples\n"
    for one in contract.examples_in_force:
        found = f"must find {', '.join(map(_code, one.expects))}" if one.expects is not None else "must pass"
        yield f"- {_code(one.name)}: {found}"


def _file(contract: Contract, file: File, facts: Iterable[words.Row]) -> Iterator[str]:
    rows = list(words.column_rows(contract, file))
    listed = [row for row in rows if row["listed"] == "yes"]
    others = [f"{_code(row['column'])} {row['type']}" for row in rows if row["listed"] == "no"]
    yield f"\n## File {file.id}\n"
    yield from (f"- {row['fact']}: {_words(row['value'])}" for row in facts)
    if listed:
        yield ""
        yield from _table(listed, ["at", "column", "type", "required", "must be", "personal data", "note"])
    if others:
        yield f"\nNot listed, {file.unlisted}: {', '.join(others)}."


def _rule(row: words.Row) -> Iterator[str]:
    yield f"\n### {row['rule']} {_words(row['title'])}\n"
    predicts = f"{row['severity']}, file {row['file']}. Predicts {row['predicts']}."
    yield _words(" ".join(part for part in (predicts, row["why"]) if part))
    yield f"\n```\n{row['statement'].replace('```', '` ` `')}\n```"
    told = {"Broken by": row["broken by"], "Unconfirmed": row["unconfirmed"]}
    for name, text in told.items():
        if text:
            yield f"\n{name}: {_words(text)}"


def _table(rows: Iterable[words.Row], names: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(_words(row[name]) for name in names)} |"


def _code(text: str) -> str:
    """The text as code, which no sign in it can end."""
    return f"`{text}`" if "`" not in text else _words(text)


def _words(text: str) -> str:
    """The text on one line, with no sign in it that Markdown would take for its own."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
