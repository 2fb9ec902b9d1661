"""Assumptions that the machine opens: one for each open question. It opens them; only a person ends one."""

from __future__ import annotations

import hashlib
import json
import textwrap
from datetime import datetime

from sqlalchemy import insert, select

from contracts.questions import OpenQuestions, Question
from raid_log.events import MACHINE, Author, EventLog, item_id, standings
from raid_log.store import Store
from raid_log.tables import Fingerprint, ItemRow

_PREFIX = "as1:"
_TITLE = 90  # characters
_ASKED = Fingerprint.fingerprint.startswith(_PREFIX)


def question_mark(profile: str, question: Question) -> str:
    """Return what makes two questions the same: who asks (contract, else profile), about what, in which words.

    How the words are broken into lines is no part of it, nor is anything else that stands beside them.
    """
    parts = [question.contract or profile, question.concerns, " ".join(question.text.split())]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return _PREFIX + hashlib.sha256(text.encode()).hexdigest()


def assume(store: Store, asked: OpenQuestions, at: datetime) -> tuple[str, ...]:
    """Open an assumption for each question that never had one; return their ids, in the order of the questions.

    All or nothing. A question that had one changes nothing, whatever became of it. ``at`` is aware. Raises StoreError.
    """
    marked = {question_mark(asked.profile, question): question for question in asked.questions}
    if not marked:
        return ()
    with store.writing() as connection:
        log = EventLog(connection)
        known = set(connection.execute(select(Fingerprint.fingerprint).where(_ASKED)).scalars())
        author = Author(MACHINE, MACHINE, at, "file")
        opened = {
            mark: _open(log, author, asked.profile, question) for mark, question in marked.items() if mark not in known
        }
        if opened:
            rows = [{"fingerprint": mark, "item": number} for mark, number in opened.items()]
            connection.execute(insert(Fingerprint), rows)
            log.close()
    return tuple(map(item_id, opened.values()))


def no_longer_asked(store: Store, asked: OpenQuestions) -> tuple[str, ...]:
    """Return the ids of open assumptions whose question was dropped or reworded: proposed to be confirmed.

    Those of other profiles, and of contracts that are not active or cannot be read, are left out: silence there says
    nothing. Raises StoreError.
    """
    marks = {question_mark(asked.profile, question) for question in asked.questions}
    query = (
        select(ItemRow.number, ItemRow.contract, ItemRow.detail, Fingerprint.fingerprint)
        .join(Fingerprint, Fingerprint.item == ItemRow.number)
        .where(_ASKED)
        .order_by(ItemRow.number)
    )
    with store.reading() as connection:
        dropped = [
            number
            for number, contract, detail, mark in connection.execute(query)
            if mark not in marks
            and (not contract or contract in asked.contracts)
            and json.loads(detail)["profile"] == asked.profile
        ]
        held = standings(connection, dropped)
    return tuple(item_id(number) for number in dropped if held[number].open)


def _open(log: EventLog, author: Author, profile: str, question: Question) -> int:
    text = " ".join(question.text.split())
    fields = {
        "assumption": question.assumption,
        "concerns": question.concerns,
        "validator": question.validator,
        "validate_by": question.validate_by,
        "interfaces": " ".join(question.interfaces),
        "links": f"questions.csv: {question.id}" if question.id else "",
    }
    return log.open_item(
        "assumption",
        author,
        {name: value for name, value in fields.items() if value},
        title=textwrap.shorten(text, _TITLE, placeholder=" ..."),
        statement=text,
        interface=question.interfaces[0] if len(question.interfaces) == 1 else "",
        contract=question.contract,
        detail=json.dumps({"profile": profile}),
    )
