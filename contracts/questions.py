"""Open questions: what nobody has told yet, and what is held until then. ``questions.csv`` of a profile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contracts.cells import read_cells
from contracts.errors import ContractError

COLUMNS = ("id", "question", "assumption", "interfaces", "validator", "validate_by")


@dataclass(frozen=True)
class Question:
    """One question, asked by a contract about a part of itself or by the profile. Blank = not known."""

    text: str
    id: str = ""  # in questions.csv; blank for a contract's
    contract: str = ""  # blank for the profile's own
    concerns: str = ""  # part of the contract: a rule, a column, a list
    assumption: str = ""  # what is held until it is answered
    interfaces: tuple[str, ...] = ()  # ids of the register's rows that it touches
    validator: str = ""  # id of the person who can tell
    validate_by: str = ""  # YYYY-MM-DD


@dataclass(frozen=True)
class OpenQuestions:
    """What is asked in a profile now, and whose silence counts: the active contracts that could be read."""

    profile: str
    questions: tuple[Question, ...] = ()
    contracts: frozenset[str] = frozenset()


def read_questions(path: Path, interfaces: Collection[str], people: Collection[str]) -> tuple[Question, ...]:
    """Return the questions in file order. ``interfaces`` and ``people`` are the ids that cells may name.

    Raises ContractError naming the line of the first fault.
    """
    found: list[Question] = []
    for where, row in read_cells(path, COLUMNS, "the list of questions"):
        question = _question(row, where)
        _refuse_unknown(question, interfaces, people, where)
        if any(question.id == one.id or question.text == one.text for one in found):
            raise ContractError(f"{question.id} stands twice", where=where, todo="ask each question once")
        found.append(question)
    return tuple(found)


def _question(cells: dict[str, str], where: str) -> Question:
    if not (cells["id"] and cells["question"]):
        raise ContractError("a question has no id or no words", where=where, todo="write both")
    return Question(
        text=cells.pop("question"), interfaces=tuple(cells.pop("interfaces").split()), **cells,
    )  # fmt: skip


def _refuse_unknown(question: Question, interfaces: Collection[str], people: Collection[str], where: str) -> None:
    if unknown := [one for one in question.interfaces if one not in interfaces]:
        raise ContractError(f"no interface {', '.join(unknown)}", where=where, todo="use ids of the register")
    if question.validator and question.validator not in people:
        raise ContractError(f"nobody is listed as {question.validator}", where=where, todo="use an id of people.csv")
    if question.validate_by and not _is_day(question.validate_by):
        raise ContractError(f"no date: {question.validate_by}", where=where, todo="write YYYY-MM-DD")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
