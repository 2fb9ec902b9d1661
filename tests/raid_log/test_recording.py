"""Recording a run: once, whole, exact."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from raid_runs import NOON, failing, finding, profile, result, rule, run, submission, whole
from sqlalchemy import func, select

from raid_log import Store, StoreError, item
from raid_log.tables import Base, FindingSample, RuleRow, RuleStatusRow, SubmissionRow, UnitAttempt


def sizes(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {
            name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for name, table in Base.metadata.tables.items()
        }


def test_the_same_run_twice_changes_nothing_and_gives_the_earlier_answer(store: Store) -> None:
    again = run("r1", failing(3, 2))
    first = store.record(again, profile())
    before = sizes(store)
    second = store.record(again, profile())
    assert sizes(store) == before
    assert (first.repeated, second.repeated) == (False, True)
    assert (second.opened, second.submissions, second.units) == (first.opened, 1, 3) == (("RAID-0001",), 1, 3)


def test_rule_statuses_and_samples_stand_with_their_submission(store: Store) -> None:
    rules = [rule(units=2, findings=5), rule("GL-200", status="not_checked", units=0, findings=0)]
    checked = result([False], rules=rules, findings=[finding("GL-100", 1), finding("GL-100", 2)])
    store.record(run("r1", submission(["a"], checked=checked)), profile())
    store.record(run("r2", submission(["a"], checked=checked, at=NOON + timedelta(hours=1))), profile())
    with store.reading() as connection:
        query = select(RuleRow.id, RuleStatusRow.status, RuleStatusRow.findings, RuleStatusRow.units).join(
            RuleRow, RuleRow.number == RuleStatusRow.rule
        )
        rows = sorted(map(tuple, connection.execute(query.where(RuleStatusRow.submission == 1))))
        sampled = connection.execute(select(FindingSample.row).where(FindingSample.submission == 1)).scalars().all()
    assert rows == [("GL-100", "failed", 5, 2), ("GL-200", "not_checked", 0, 0)]
    assert sampled == [1, 2]
    assert sizes(store)["rule"] == 2  # kept once for both submissions
    assert sizes(store)["rule_status"] == 4


amounts = [Decimal("0.1000000000"), None, Decimal("9999999999999999999999999999.0000000001"), Decimal("-3")]


def recorded_amounts(store: Store) -> list[Decimal | None]:
    checked = result([True] * 4, amounts=amounts)
    store.record(run("r1", submission(list("abcd"), checked=checked)), profile())
    with store.reading() as connection:
        total = connection.execute(select(SubmissionRow.amount)).scalar_one()
        assert total == Decimal("9999999999999999999999999996.1000000001")
        return list(connection.execute(select(UnitAttempt.amount).order_by(UnitAttempt.position)).scalars())


def test_money_comes_back_to_the_last_place(store: Store) -> None:
    assert recorded_amounts(store) == amounts


def strange_payload(store: Store) -> list[str | None]:
    """Record a finding with a NUL in a payload whose name has undecodable bytes."""
    checked = result([False], rules=[rule()], findings=[finding("GL-100", 1, value="a\0b")])
    checked = type(checked)(**{**checked.__dict__, "payload": "caf\udce9.zip"})
    store.record(run("r1", submission(["a"], checked=checked)), profile())
    with store.reading() as connection:
        name = connection.execute(select(SubmissionRow.payload)).scalar_one()
        return [name, connection.execute(select(FindingSample.value)).scalar_one()]


def test_values_that_a_database_would_refuse_do_not_cost_the_run(store: Store) -> None:
    assert strange_payload(store) == ["caf\\udce9.zip", "a\u2400b"]


def test_moments_come_back_in_utc(store: Store) -> None:
    store.record(run("r1", submission()), profile())
    with store.reading() as connection:
        assert connection.execute(select(SubmissionRow.submitted_at)).scalar_one() == NOON


def test_an_interface_that_the_register_does_not_have_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="'FIN-99' is no interface"):
        store.record(run("r1", submission(), submission(interface="FIN-99")), profile())
    assert sizes(store)["submission"] == 0


def test_hashes_that_do_not_fit_to_the_units_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="2 unit hashes for 1 units"):
        store.record(run("r1", submission(["a", "b"], [True])), profile())


def test_a_payload_of_20000_units_is_recorded_whole(store: Store) -> None:
    names = list(range(20_000))
    store.record(run("r1", submission(names)), profile())
    recorded = store.record(run("r2", submission(names, at=NOON + timedelta(hours=1))), profile())
    assert recorded.units == 20_000
    with store.reading() as connection:
        attempts = connection.execute(select(UnitAttempt.check_attempt, func.count()).group_by("check_attempt")).all()
    assert sorted(map(tuple, attempts)) == [(1, 20_000), (2, 20_000)]


@pytest.mark.slow
def test_postgresql_keeps_the_same_log(postgres: Store) -> None:
    for number in (1, 2, 1):
        at = NOON + timedelta(hours=number)
        postgres.record(run(f"r{number}", failing(25, 3, at=at)), profile())
    (defect,) = whole(postgres)
    assert (defect.severity, defect.status, len(defect.occurrences)) == ("critical", "new", 2)
    assert item(postgres, "RAID-0001") == defect
    assert postgres.broken_link() is None
    postgres.record(run("early", failing(25, 0, at=NOON)), profile())
    with postgres.reading() as connection:
        query = select(UnitAttempt.submission, func.max(UnitAttempt.check_attempt)).group_by(UnitAttempt.submission)
        assert sorted(map(tuple, connection.execute(query))) == [(1, 2), (2, 3), (3, 1)]


@pytest.mark.slow
def test_postgresql_takes_values_that_it_would_refuse(postgres: Store) -> None:
    assert strange_payload(postgres) == ["caf\\udce9.zip", "a\u2400b"]


@pytest.mark.slow
def test_the_schema_on_postgresql_is_the_schema_of_the_tables(postgres: Store) -> None:
    with postgres.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.slow
def test_postgresql_keeps_money_to_the_last_place(postgres: Store) -> None:
    assert recorded_amounts(postgres) == amounts
