"""A job that the emulated pod's own schedule runs behind an import."""

from __future__ import annotations

from dataclasses import replace

from small_pod import BUDGETS, GOOD, TABLE, Client, lines, rows

from interfaces.emulator import Call, Done, Emulator, Setup


def noted(call: Call) -> Done:
    """Tells what it was given, and how the rows of the load stand."""
    states = [row.status for row in call.tables.interface[TABLE]]
    return Done(outputs={"txt": f"{'|'.join(call.arguments)} {call.load} {' '.join(states)}".encode()})


SCHEDULED = replace(BUDGETS, definition="PostBudgets", name="Post Budgets", files={}, run=noted)


def pod() -> Emulator:
    return Emulator(Setup(), [replace(BUDGETS, then=SCHEDULED), SCHEDULED])


def test_what_is_scheduled_runs_after_the_import_with_its_first_argument_and_on_the_same_load() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD), "RUN1,more")
    client.wait()
    tree = client.details(load)
    assert [job["JOBNAME"] for job in tree][-2:] == ["Import Budgets Report", "Post Budgets"]
    said = client.download(tree[-1]["REQUESTID"])[f"{tree[-1]['REQUESTID']}.txt"]
    assert said == f"RUN1 {load} PROCESSED"


def test_rows_that_may_be_purged_are_there_until_the_scheduled_job_has_seen_them() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD), JobOptions="PurgeOption=Y")
    client.wait()
    last = client.details(load)[-1]["REQUESTID"]
    assert client.download(last)[f"{last}.txt"].endswith(" PROCESSED")
    assert rows(client.emulator) == 0


def test_it_follows_an_import_that_was_submitted_by_itself_too() -> None:
    client = Client(pod())
    package, name = BUDGETS.package, BUDGETS.definition
    request = client.post("submitESSJobRequest", JobPackageName=package, JobDefName=name, ESSParameters="RUN1")
    client.wait()
    assert [job["JOBNAME"] for job in client.details(request["ReqstId"])][-1] == "Post Budgets"
