"""A store of an earlier version is taken over as it stands."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from raid_runs import NOON, older, profile, run, sent
from sqlalchemy import inspect, text

from raid_log import Intent, item, open_store
from raid_log.tables import Base

OLD_ROWS = (
    "INSERT INTO run VALUES ('r1', :at, :at, 'test', '0.1.0')",
    "INSERT INTO submission (id, run_id, interface, contract, version, contract_status, release, profile, payload,"
    " sha256, submitted_at, cycle, evidence_class, environment, negative, records, units, conforming, amount)"
    " VALUES ('r1/1', 'r1', 'FIN-01', 'finance.gl', '1.2.0', 'active', '26C', 'test', 'j.zip',"
    " '0', :at, '', 'conformance', '', :no, 2, 1, 0, NULL)",
    "INSERT INTO unit_attempt VALUES (1, 1, :key, 1, NULL, :no, 'refused', NULL, NULL, NULL, 2, NULL)",
    "INSERT INTO item VALUES (1, 'issue', 'Balanced', '', 'FIN-01', 'finance.gl', 'GL-100', 'lines.AMOUNT', '{}')",
    "INSERT INTO event VALUES (1, 1, :at, 'opened', '', 'new', 'machine', 'machine', 'run', 'r1', '', '{}', '', '')",
    "INSERT INTO occurrence VALUES (1, 1, 'S1', 1, 2, NULL, NULL)",
    "UPDATE head SET event = 1, item = 1",
)


def taken_over(url: str) -> None:
    """Make a store of revision 0002 with a defect, open it, and use what is new in it."""
    engine = older(url, "0002")
    with engine.execution_options(writes=True).begin() as connection:
        for row in OLD_ROWS:
            names = {"at": NOON.replace(tzinfo=None), "no": False, "key": b"0" * 16}
            connection.execute(text(row), {name: value for name, value in names.items() if f":{name}" in row})
    engine.dispose()
    with open_store(url) as store:
        (seen,) = item(store, "RAID-0001").occurrences
        assert (seen.stage, seen.comparison, seen.units, seen.records) == ("S1", "", 1, 2)
        intent = Intent("FIN-01", "finance.gl", "1.2.0", "j.zip", "0", "emulator", "simulated", "j-1.zip")
        assert store.open_delivery(intent, NOON).step == "intended"
        assert store.record(run("r2", sent("AR")), profile()).units == 2
        with store.reading() as connection:
            assert connection.execute(text("SELECT excluded FROM unit_attempt WHERE submission = 1")).scalar() == 0
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
            key = inspect(connection).get_pk_constraint("occurrence")
    assert key["constrained_columns"] == ["item", "submission", "stage", "comparison"]


def test_a_store_of_the_version_before_takes_deliveries_and_outcomes(url: str) -> None:
    taken_over(url)


@pytest.mark.slow
def test_a_postgresql_store_of_the_version_before_takes_deliveries_and_outcomes(postgres_url: str) -> None:
    taken_over(postgres_url)
