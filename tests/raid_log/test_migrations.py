"""A store of any earlier version, with rows in all its tables, is taken over as it stands."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from people import actor, district
from raid_runs import NOON, older, run, sent
from sqlalchemy import Connection, column, inspect, select, table, text, update

from raid_log import Intent, Rate, Store, StoreError, figures, fix, item, latest_scores, open_store, sent_submissions
from raid_log.database import GENESIS, connect, revisions
from raid_log.defects import fingerprint
from raid_log.events import digest
from raid_log.integrity import check, revision
from raid_log.tables import Base, Head

Row = dict[str, Any]

OPENED: Row = {
    "number": 1, "item": 1, "at": NOON, "kind": "opened", "before": "", "after": "new", "by": "machine",
    "role": "machine", "source": "run", "run": "r1", "reason": "", "detail": '{"severity": "significant"}',
    "previous": GENESIS,
}  # fmt: skip
SEEN: Row = {"item": 1, "submission": 1, "units": 1, "records": 2, "amount": Decimal("-0.0000000001")}
CHECKED: Row = {
    "number": 1, "id": "r1/1", "run_id": "r1", "interface": "FIN-01", "contract": "finance.gl", "version": "1.2.0",
    "contract_status": "active", "release": "26C", "profile": "test", "payload": "j.zip", "sha256": "0" * 64,
    "submitted_at": NOON, "cycle": "", "evidence_class": "simulated", "environment": "emulator", "negative": False,
    "records": 2, "units": 1, "conforming": 0, "amount": Decimal("12345678901234567890.5"), "outage": "",
}  # fmt: skip
FOUND: Row = {"file": "lines", "column": "AMOUNT", "severity": "significant", "code": "EF04"}
UNIT: Row = {"submission": 1, "position": 1}
WEEK = hashlib.sha256(b"2026-W48\n{}\n{}").hexdigest()
ROWS: dict[str, list[Row]] = {
    "delivery": [
        {
            "id": "d1", "opened_at": NOON, "interface": "FIN-01", "contract": "finance.gl", "version": "1.2.0",
            "payload": "j.zip", "sha256": "0" * 64, "cycle": "", "environment": "emulator",
            "evidence_class": "simulated", "document": "j-1.zip", "step": "read", "request": "7", "run": "r1",
            "submission": "r1/1",
        }
    ],
    "delivery_step": [{"delivery": "d1", "number": 1, "at": NOON, "step": "read", "facts": "{}"}],
    "run": [
        {"id": "r1", "started_at": NOON, "finished_at": NOON, "profile": "test", "harness_version": "0.1.0"},
    ],
    "submission": [CHECKED],
    "unit_attempt": [
        UNIT | {
            "key_hash": bytes(range(16)), "check_attempt": 1, "send_attempt": 1, "conforms": False,
            "predicted": "refused", "outcome": "rejected", "stage": "S2", "ended_at": NOON, "excluded": False,
            "records": 2, "amount": None,
        }
    ],
    "prediction": [UNIT | {"rule": "GL-100"}],
    "answer": [UNIT | FOUND | {"number": 1, "said": "EF04", "rule": "GL-100", "counts": True}],
    "outcome_change": [
        {"number": 1, "at": NOON, "source": "poll", "before": None, "after": "rejected"} | UNIT,
    ],
    "control_total": [
        {"number": 1, "submission": 1, "at": NOON, "by": "tess", "evidence": "report", "units": 1, "amount": None},
    ],
    "closed_week": [
        {"name": "2026-W48", "closed_at": NOON, "sha256": WEEK, "figures": "{}", "content": "{}"},
    ],
    "rule": [FOUND | {"number": 1, "contract": "finance.gl", "version": "1.2.0", "id": "GL-100", "title": "Balanced"}],
    "rule_status": [{"submission": 1, "rule": 1, "status": "failed", "findings": 1, "units": 1, "reason": ""}],
    "finding_sample": [
        UNIT | FOUND | {"row": 1, "line": 1, "record": None, "rule": "GL-100", "value": "7", "message": "no balance"},
    ],
    "item": [
        {
            "number": 1, "type": "issue", "title": "Balanced", "statement": "", "interface": "FIN-01",
            "contract": "finance.gl", "cause": "GL-100", "field": "lines.AMOUNT", "detail": '{"floor": "significant"}',
        }
    ],
    "fingerprint": [{"fingerprint": fingerprint("FIN-01", "finance.gl", "GL-100", "lines.AMOUNT"), "item": 1}],
    "occurrence": [SEEN | {"stage": "S1", "comparison": None}, SEEN | {"stage": "S3", "comparison": "missed"}],
    "event": [OPENED | {"hash": digest(OPENED)}],
    "outside_import": [
        {"sha256": "f" * 64, "at": NOON, "by": "tess", "provider": "lab", "file": "t.xml", "format": "junit"},
    ],
    "outside_result": [
        {"number": 1, "source": "f" * 64, "suite": "SIT", "run": "7", "interface": "FIN-01", "ended_at": NOON}
        | dict.fromkeys(("planned", "executed", "passed", "failed", "blocked"), 3)
        | dict.fromkeys(("critical", "significant", "moderate", "minor"), 0),
    ],
    "measurement": [{"id": "m1", "at": NOON, "harness_version": "0.1.0"}],
    "score": [
        {
            "measurement": "m1", "position": 1, "contract": "finance.gl", "version": "1.2.0", "profile": "test",
            "kind": "rule_mutants", "operator": "flip", "caught": 18, "total": 20, "explained": 1, "missed": '["a"]',
        }
    ],
}  # fmt: skip
"""By table: a row as the newest version writes it, of which an older one has fewer columns."""


def old_columns(connection: Connection) -> dict[str, list[str]]:
    """The tables and columns that the store has."""
    looked = inspect(connection)
    names = [one.name for one in Base.metadata.sorted_tables if looked.has_table(one.name)]
    return {name: [part["name"] for part in looked.get_columns(name)] for name in names}


def rows_of(connection: Connection, columns: dict[str, list[str]]) -> dict[str, list[tuple[Any, ...]]]:
    kept = {}
    for name, parts in columns.items():
        known = Base.metadata.tables[name].c
        query = select(*(column(part, known[part].type) for part in parts)).select_from(table(name))
        kept[name] = sorted(map(tuple, connection.execute(query)), key=str)
    return kept


def held(url: str, columns: dict[str, list[str]]) -> dict[str, list[tuple[Any, ...]]]:
    with Store(connect(url, 10)) as store, store.reading() as connection:
        return rows_of(connection, columns)


def renewed(row: Row, start: str) -> Row:
    """What revision 0003 writes where earlier ones left a comparison null."""
    return {"comparison": ""} if start >= "0003" and row.get("comparison", "") is None else {}


def filled(url: str, start: str) -> dict[str, list[str]]:
    """Make a store of a revision with rows in all tables; return its columns."""
    engine = older(url, start)
    with engine.execution_options(writes=True).begin() as connection:
        columns = old_columns(connection)
        assert columns.keys() - ROWS.keys() == {"head"}
        for name, parts in columns.items():
            known = Base.metadata.tables[name].c
            target = table(name, *(column(part, known[part].type) for part in parts))
            for row in ROWS.get(name, ()):
                connection.execute(target.insert(), {part: row[part] for part in parts} | renewed(row, start))
        last = {"event": 1, "item": 1, "hash": ROWS["event"][0]["hash"]}
        connection.execute(update(Head).values(**last))
        if connection.dialect.name == "postgresql":  # numbers were given by hand
            for name in ("submission", "rule", *({"outcome_change", "control_total", "outside_result"} & {*columns})):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'number'), 1)"))
    engine.dispose()
    return columns


def taken_over(url: str, start: str) -> None:
    """A store of that revision keeps its rows, and does all that a new one does."""
    columns = filled(url, start)
    before = held(url, columns)
    blank = columns["occurrence"].index("comparison")
    before["occurrence"] = [(*row[:blank], row[blank] or "", *row[blank + 1 :]) for row in before["occurrence"]]
    with open_store(url) as store:
        with store.reading() as connection:
            assert rows_of(connection, columns) == before
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
            key = inspect(connection).get_pk_constraint("occurrence")["constrained_columns"]
            assert key == ["item", "submission", "stage", "comparison"]
        assert check(url) == []
        readable(store, scores=start >= "0002")
        used(store)
    assert check(url) == []
    assert revision(url) == revisions()[-1]


def readable(store: Store, *, scores: bool) -> None:
    defect = item(store, "RAID-0001")
    assert (defect.status, defect.severity, defect.title) == ("new", "significant", "Balanced")
    assert [(one.stage, one.comparison) for one in defect.occurrences] == [("S1", ""), ("S3", "missed")]
    found = figures(store, district(), as_of=NOON + timedelta(hours=1))
    assert found.rates["simulated"].pooled == Rate(1, 0)
    assert [(one.id, one.undecided) for one in sent_submissions(store)] == [("r1/1", 0)]
    assert [one.score.caught for one in latest_scores(store)] == ([18] if scores else [])


def used(store: Store) -> None:
    """What the newest version does: deliver, record, change."""
    intent = Intent("FIN-01", "finance.gl", "1.2.0", "k.zip", "1" * 64, "emulator", "simulated", "k-1.zip")
    assert store.open_delivery(intent, NOON).step == "intended"
    assert store.record(run("r2", sent("AR", at=NOON + timedelta(days=1))), district()).units == 2
    later = actor("tess", NOON + timedelta(days=2))
    assert fix(store, later, "RAID-0001", reference="CHG-7", fixed_in="1.2.1").status == "fixed"


@pytest.mark.parametrize("start", revisions())
def test_a_store_of_every_version_is_taken_over_with_its_rows(url: str, start: str) -> None:
    taken_over(url, start)


@pytest.mark.slow
@pytest.mark.parametrize("start", revisions())
def test_a_postgresql_store_of_every_version_is_taken_over_with_its_rows(postgres_url: str, start: str) -> None:
    taken_over(postgres_url, start)


def test_an_upgrade_that_fails_half_way_leaves_the_store_as_it_was(url: str) -> None:
    columns = filled(url, "0002")
    before = held(url, columns)
    with Store(connect(url, 10)) as store, store.writing() as connection:
        connection.execute(text("CREATE TABLE outside_import (mile INTEGER)"))  # in the way of a later script
    with pytest.raises(StoreError, match="outside_import already exists"):
        open_store(url)
    assert held(url, columns) == before
    assert revision(url) == "0002"
    with Store(connect(url, 10)) as store, store.reading() as connection:
        assert not inspect(connection).has_table("delivery")
