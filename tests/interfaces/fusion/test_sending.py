"""Never twice: whatever is lost and wherever it crashes, the pod does it once. Then waiting, and fetching."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_pod import FAULTS, Journal, Pod, Time, answer, client

from interfaces.fusion import (
    FusionError,
    JobNode,
    LostReply,
    NotSent,
    Order,
    Refused,
    StillRunning,
    Unknown,
    fetch,
    follow,
    follow_data_set,
    send,
    send_import,
)

DOCUMENT = "gl_journals-4f9c21.zip"


def order(**changes: Any) -> Order:
    given: dict[str, Any] = {
        "channel": "fbdi",
        "interface": "payroll journals",
        "document": DOCUMENT,
        "content": b"PK\x03\x04",
        "account": "fin/generalLedger/import",
        "option": "15",
        "job": "/oracle/apps/ess/financials/generalLedger/programs/common,JournalImportLauncher",
        "parameters": ("101", "Payroll", "7", ""),
    }
    return Order(**{**given, **changes})


ORDERS: dict[str, Order] = {
    "bulk": order(),
    "steps": order(route="steps"),
    "hdl": order(channel="hdl", document="Worker-4f9c21.zip"),
}


def done(pod: Pod, kind: str) -> int:
    """How often the pod did the work."""
    return len(pod.data_sets) if kind == "hdl" else pod.processed()


def sent(pod: Pod, kind: str, entry: Journal, *, resend: bool = False, time: Time | None = None) -> str:
    time = time or Time()
    return send(client(pod, time), ORDERS[kind], entry, resend_unknown=resend, sleep=time.sleep)


def submission(kind: str) -> int:
    """Which call of the order sets the work off: its place among the writes, from 0."""
    return 0 if kind == "bulk" else 1


# The good way


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("bulk", ["submitting", "submitted"]),
        ("steps", ["uploading", "uploaded", "submitting", "submitted"]),
        ("hdl", ["uploading", "uploaded", "submitting", "submitted"]),
    ],
)
def test_every_call_is_noted_before_it_is_made_and_its_id_after_it(kind: str, steps: list[str]) -> None:
    pod, entry = Pod(), Journal()
    noted: list[list[str]] = []

    def watching(request: httpx.Request) -> httpx.Response:
        noted.append(list(entry.steps))
        return pod(request)

    time = Time()
    request = send(client(watching, time), ORDERS[kind], entry, sleep=time.sleep)
    assert entry.steps == steps
    assert noted == [steps[: at + 1] for at in range(0, len(steps), 2)]
    assert (entry.facts["request"], done(pod, kind), time.pauses) == (request, 1, [])


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("step", ["submitted", "ended", "read"])
def test_what_was_sent_is_not_sent_again(kind: str, step: str) -> None:
    pod = Pod()
    assert sent(pod, kind, Journal(step, request="1001")) == "1001"
    assert pod.calls == []


# A crash, seen by the process that comes after it


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("step", ["intended", "not_sent", "refused"])
def test_an_order_of_which_nothing_was_done_is_sent(kind: str, step: str) -> None:
    pod = Pod()
    sent(pod, kind, Journal(step))
    assert done(pod, kind) == 1


@pytest.mark.parametrize("kind", ["steps", "hdl"])
def test_a_crash_while_a_file_is_stored_stores_it_again_which_sets_nothing_off(kind: str) -> None:
    pod, entry = Pod(), Journal("uploading")
    pod.new_document(ORDERS[kind].document)
    sent(pod, kind, entry)
    assert (done(pod, kind), entry.step) == (1, "submitted")


@pytest.mark.parametrize("kind", ["steps", "hdl"])
def test_a_crash_after_a_file_was_stored_goes_on_with_it(kind: str) -> None:
    pod = Pod()
    stored = pod.new_document(ORDERS[kind].document)
    sent(pod, kind, Journal("uploaded", document_id=stored))
    assert len(pod.documents) == 1
    assert done(pod, kind) == 1


def crashed(kind: str, pod: Pod) -> Journal:
    """The entry of a process that was killed after its call and before the note of its id."""
    entry = Journal()
    request = sent(pod, kind, entry)
    del entry.facts["request"]
    entry.step = "submitting"
    assert request
    pod.calls.clear()
    return entry


@pytest.mark.parametrize("kind", ORDERS)
def test_a_crash_after_the_call_adopts_what_the_pod_has(kind: str) -> None:
    pod = Pod()
    entry = crashed(kind, pod)
    request = sent(pod, kind, entry)
    assert (pod.calls, done(pod, kind)) == ([], 1)
    assert int(request) in pod.requests or request in pod.data_sets
    assert (entry.step, entry.facts["request"], entry.facts["adopted"]) == ("submitted", request, "yes")


@pytest.mark.parametrize("kind", ORDERS)
def test_a_replica_that_lags_is_looked_at_several_times(kind: str) -> None:
    pod, time = Pod(), Time()
    entry = crashed(kind, pod)
    pod.lag = 4
    sent(pod, kind, entry, time=time)
    assert (pod.calls, done(pod, kind)) == ([], 1)
    assert sum(time.pauses) > 0


@pytest.mark.parametrize("kind", ORDERS)
def test_what_cannot_be_found_is_unknown_and_only_a_person_sends_it_again(kind: str) -> None:
    pod = Pod()
    entry = crashed(kind, pod)
    pod.blind = True
    for _ in range(3):
        with pytest.raises(Unknown, match="6 looks in 67 s") as caught:
            sent(pod, kind, entry)
        assert (pod.calls, entry.step) == ([], "unknown")
        assert "--resend-unknown" in caught.value.todo
    assert entry.facts["lost_request"]
    sent(pod, kind, entry, resend=True)
    assert (done(pod, kind), entry.step) == (2, "submitted")


@pytest.mark.parametrize("kind", ORDERS)
def test_what_was_unknown_is_adopted_as_soon_as_it_is_found_even_where_it_may_be_sent_again(kind: str) -> None:
    for resend in (False, True):
        pod = Pod()
        entry = crashed(kind, pod)
        pod.blind = True
        with pytest.raises(Unknown):
            sent(pod, kind, entry)
        pod.blind = False
        sent(pod, kind, entry, resend=resend)
        assert (pod.calls, done(pod, kind), entry.step) == ([], 1, "submitted")


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("after", ["refused", "unauthorized"])
def test_a_resend_that_came_to_nothing_does_not_make_the_first_call_forgotten(kind: str, after: str) -> None:
    pod = Pod()
    entry = crashed(kind, pod)
    pod.blind, pod.faults = True, type(pod.faults)([after])
    with pytest.raises(Unknown):
        sent(pod, kind, entry)
    with pytest.raises((NotSent, Refused)):
        sent(pod, kind, entry, resend=True)
    with pytest.raises(Unknown):
        sent(pod, kind, entry)
    assert done(pod, kind) == 1


def test_a_document_without_a_load_is_named_as_evidence() -> None:
    pod, entry = Pod(), Journal("submitting")
    stored = pod.new_document(DOCUMENT)
    with pytest.raises(Unknown, match=f"document {stored} is there, but no load of it"):
        sent(pod, "bulk", entry)


def test_looks_that_the_pod_refuses_end_at_once_because_users_get_locked() -> None:
    time = Time()
    with pytest.raises(Unknown, match="could not be asked: the pod answered HTTP 401"):
        send(client(lambda _: httpx.Response(401), time), order(), Journal("submitting"), sleep=time.sleep)
    assert time.now == 0


# Faults of a call, seen by the process that made it


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("fault", ["lost_reply", "error_after", "html"])
def test_a_lost_reply_is_looked_for_at_once(kind: str, fault: str) -> None:
    pod, entry = Pod([*[""] * submission(kind), fault]), Journal()
    request = sent(pod, kind, entry)
    assert (done(pod, kind), entry.facts["request"], entry.facts["adopted"]) == (1, request, "yes")


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("fault", ["lost_request", "error_before"])
def test_a_lost_call_is_unknown_with_both_reasons(kind: str, fault: str) -> None:
    pod, entry = Pod([*[""] * submission(kind), fault]), Journal()
    with pytest.raises(Unknown, match=r"(broke|HTTP 503).*; .*no "):
        sent(pod, kind, entry)
    assert (done(pod, kind), entry.step) == (0, "unknown")


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize(
    ("fault", "error", "step"),
    [("refused", NotSent, "not_sent"), ("minus_one", Refused, "refused"), ("unauthorized", Refused, "refused")],
)
@pytest.mark.parametrize("at", [0, 1])
def test_what_was_not_done_is_noted_with_its_reason_and_may_be_sent_again(
    kind: str, fault: str, error: type[FusionError], step: str, at: int
) -> None:
    pod, entry = Pod([*[""] * min(at, submission(kind)), fault]), Journal()
    with pytest.raises(error) as caught:
        sent(pod, kind, entry)
    if not (fault == "minus_one" and kind == "hdl" and at == 0):
        assert (entry.step, entry.facts["reason"]) == (step, caught.value.what)
    sent(pod, kind, entry)
    assert (done(pod, kind), entry.step) == (1, "submitted")


@pytest.mark.parametrize("kind", ["steps", "hdl"])
def test_a_file_whose_storing_was_lost_may_be_stored_again(kind: str) -> None:
    pod, entry = Pod(["lost_reply"]), Journal()
    with pytest.raises(NotSent, match="nothing was done with it"):
        sent(pod, kind, entry)
    sent(pod, kind, entry)
    assert (done(pod, kind), len(pod.documents)) == (1, 2)


# All of it together


class KilledError(BaseException):
    """The process ends here."""


class Killed(Journal):
    """A journal whose process is killed before or after one of its notes; what was noted stays."""

    def __init__(self, after: int, *, before: bool) -> None:
        super().__init__()
        self.left, self.before = after, before

    def note(self, step: str, /, **facts: str) -> None:
        self.left -= 1
        if self.left == 0 and self.before:
            raise KilledError
        super().note(step, **facts)
        if self.left == 0:
            raise KilledError


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(sorted(ORDERS)),
    faults=st.lists(st.sampled_from(["", *FAULTS]), max_size=8),
    lag=st.integers(0, 12),
    blind=st.booleans(),
    kill=st.integers(0, 8),
    before=st.booleans(),
)
def test_whatever_is_lost_and_wherever_it_is_killed_the_pod_does_it_once_at_most(
    kind: str, faults: list[str], lag: int, blind: bool, kill: int, before: bool
) -> None:
    pod, entry = Pod(faults, lag=lag, blind=blind), Killed(kill, before=before)
    request = ""
    for _ in range(8):
        try:
            request = sent(pod, kind, entry)
        except (FusionError, KilledError):
            assert done(pod, kind) <= 1
    assert done(pod, kind) <= 1
    if request:
        assert (done(pod, kind), entry.facts["request"]) == (1, request)
    else:
        assert entry.step in ("unknown", "not_sent", "refused")


@settings(max_examples=100, deadline=None)
@given(kind=st.sampled_from(sorted(ORDERS)), faults=st.lists(st.sampled_from(["", *FAULTS]), max_size=6))
def test_a_pod_that_shows_what_it_has_is_never_sent_anything_twice_even_by_a_person(
    kind: str, faults: list[str]
) -> None:
    pod, entry = Pod(faults), Journal()
    for _ in range(8):
        try:
            sent(pod, kind, entry, resend=True)
        except FusionError:
            continue
    assert (done(pod, kind), entry.step) == (1, "submitted")


# The import by steps


def loaded(pod: Pod) -> Journal:
    entry = Journal()
    sent(pod, "steps", entry)
    pod.calls.clear()
    return entry


def imported(pod: Pod, entry: Journal, *, resend: bool = False) -> str:
    time = Time()
    return send_import(client(pod, time), ORDERS["steps"], entry, resend_unknown=resend, sleep=time.sleep)


def test_an_import_of_its_own_is_noted_and_not_submitted_twice() -> None:
    pod = Pod()
    entry = loaded(pod)
    request = imported(pod, entry)
    assert imported(pod, entry) == request
    assert entry.steps[-2:] == ["importing", "imported"]
    assert pod.requests[int(request)] == ("JournalImportLauncher", ["101", "Payroll", "7", ""])
    assert pod.processed("JournalImportLauncher") == 1
    assert entry.facts["request"] != request


def test_several_imports_of_one_load_are_noted_apart() -> None:
    pod = Pod()
    entry, time = loaded(pod), Time()
    orders = {number: order(parameters=("101", "Payroll", str(number))) for number in (1, 2, 3)}
    pod.faults.extend(["", "lost_reply"])
    for _ in range(2):
        for number, one in orders.items():
            send_import(client(pod, time), one, entry, number=number, sleep=time.sleep)
    assert pod.processed("JournalImportLauncher") == 3
    numbered = ("import_request", "import_request_2", "import_request_3")
    assert [pod.requests[int(entry.facts[fact])][1][2] for fact in numbered] == ["1", "2", "3"]


def test_a_lost_import_is_found_by_its_parameters_after_its_load() -> None:
    pod = Pod()
    earlier = pod.new_request("JournalImportLauncher", ["101", "Payroll", "7", ""])
    entry = loaded(pod)
    pod.faults.append("lost_reply")
    assert int(imported(pod, entry)) > earlier
    assert (pod.processed("JournalImportLauncher"), entry.step) == (2, "imported")


def test_a_lost_import_that_is_not_found_is_unknown_and_its_load_stays_known() -> None:
    pod = Pod()
    entry = loaded(pod)
    pod.faults.append("lost_request")
    for _ in range(2):
        with pytest.raises(Unknown, match="no request of JournalImportLauncher"):
            imported(pod, entry)
    assert sent(pod, "steps", entry) == entry.facts["request"]
    imported(pod, entry, resend=True)
    assert pod.processed("JournalImportLauncher") == 1


# Orders


@pytest.mark.parametrize("name", ["", "gl.zip,docAccount=x", "a;b.zip", "../gl.zip", "gl", "gl.tar.gz", "ä.zip"])
def test_a_document_that_cannot_be_looked_for_is_no_order(name: str) -> None:
    with pytest.raises(FusionError, match="no name for a document"):
        order(document=name)


# Following


def node(request: int, state: str, *children: dict[str, Any]) -> dict[str, Any]:
    return {"JOBNAME": f"job {request}", "REQUESTID": str(request), "STATUS": state, "CHILD": list(children)}


class Polled:
    """A pod whose answers change with time: (from second, status, jobs or a reply)."""

    def __init__(self, time: Time, *phases: tuple[float, str, Any]) -> None:
        self.time, self.phases = time, phases

    def __call__(self, request: httpx.Request) -> httpx.Response:
        _, status, jobs = [phase for phase in self.phases if phase[0] <= self.time.now][-1]
        if isinstance(jobs, httpx.Response):
            return jobs
        if request.url.params["finder"].startswith("ESSJobStatusRF"):
            return answer({"items": [{"RequestStatus": status}]})
        return answer({"items": [{"RequestStatus": json.dumps({"JOBS": jobs}) if jobs else ""}]})


def followed(time: Time, *phases: tuple[float, str, Any], budget: float = 3600, **options: Any) -> list[JobNode]:
    pod = client(Polled(time, *phases), time)
    return follow(pod, "1001", budget_seconds=budget, sleep=time.sleep, clock=time.clock, **options)


def states(tree: list[JobNode]) -> list[tuple[int, str]]:
    return [(one.request, one.state) for top in tree for one in top.all()]


def test_a_load_is_followed_through_its_import_and_its_report() -> None:
    time, seen = Time(), []
    tree = followed(
        time,
        (0, "", None),
        (3, "WAIT", None),
        (6, "RUNNING", node(1001, "RUNNING")),
        (20, "SUCCEEDED", [node(1001, "SUCCEEDED", node(1002, "SUCCEEDED"))]),
        (40, "SUCCEEDED", [node(1001, "SUCCEEDED"), node(1004, "PAUSED", node(1005, "RUNNING"))]),
        (99, "SUCCEEDED", [node(1001, "SUCCEEDED"), node(1004, "SUCCEEDED", node(1005, "WARNING"))]),
        (110, "SUCCEEDED", [node(1001, "SUCCEEDED"), node(1004, "SUCCEEDED"), node(1006, "COMPLETED")]),
        (200, "SUCCEEDED", [node(1001, "SUCCEEDED"), node(1004, "SUCCEEDED"), node(1006, "SUCCEEDED")]),
        on_tree=lambda tree: seen.append(states(tree)),
    )
    assert states(tree) == [(1001, "SUCCEEDED"), (1004, "SUCCEEDED"), (1006, "SUCCEEDED")]
    assert seen[0] == []
    assert seen[1] == [(1001, "WAIT")]
    assert [len(one) for one in seen] == sorted(len(one) for one in seen) or seen[-1] == states(tree)
    assert time.now >= 230
    assert max(time.pauses) <= 30
    assert time.pauses[:2] == [2.0, 3.0]


def test_a_load_that_failed_is_not_waited_for_longer() -> None:
    time = Time()
    tree = followed(time, (0, "RUNNING", node(1001, "RUNNING")), (5, "ERROR", node(1001, "ERROR", node(2, "ERROR"))))
    assert states(tree) == [(1001, "ERROR"), (2, "ERROR")]
    assert time.now < 10


def test_a_tree_that_says_it_has_ended_is_not_believed_against_the_status() -> None:
    with pytest.raises(StillRunning) as caught:
        followed(Time(), (0, "PAUSED", node(1001, "SUCCEEDED")), budget=100)
    assert states(list(caught.value.tree)) == [(1001, "PAUSED")]


def test_a_status_without_a_tree_is_a_tree_of_one() -> None:
    assert states(followed(Time(), (0, "RUNNING", None), (9, "SUCCEEDED", None))) == [(1001, "SUCCEEDED")]


@pytest.mark.parametrize(("status", "jobs"), [("", None), ("COMPLETED", None), ("", node(1001, "PAUSED"))])
def test_waiting_ends_with_its_budget_and_can_be_taken_up_again(status: str, jobs: Any) -> None:
    time = Time()
    with pytest.raises(StillRunning, match="request 1001 has not ended within 100 s") as caught:
        followed(time, (0, status, jobs), budget=100)
    assert time.now == 100
    assert "--resume" in caught.value.todo


def test_looks_may_fail_on_the_way_but_not_the_first_one() -> None:
    time, good = Time(), node(1001, "SUCCEEDED")
    assert states(followed(time, (0, "RUNNING", None), (1, "", httpx.Response(503)), (200, "SUCCEEDED", good)))
    with pytest.raises(LostReply):
        followed(Time(), (0, "", httpx.Response(503)))
    with pytest.raises(StillRunning, match="could not be asked: the pod answered HTTP 502"):
        followed(Time(), (0, "RUNNING", None), (1, "", httpx.Response(502)), budget=300)
    with pytest.raises(Refused):
        followed(Time(), (0, "RUNNING", None), (1, "", httpx.Response(401)))
    assert followed(Time(), (0, "RUNNING", None), (1, "", httpx.Response(401)), (3, "SUCCEEDED", good))


@pytest.mark.parametrize("code", ["ORA_COMPLETED", "ORA_SUCCESS", "ORA_IN_ERROR", "ORA_STOPPED"])
def test_a_data_set_is_followed_to_its_end(code: str) -> None:
    time, seen = Time(), []
    replies = iter(
        [
            httpx.Response(404),
            answer({"DataSetStatusCode": "ORA_UNPROCESSED"}),
            answer({"DataSetStatusCode": "ORA_IN_PROGRESS", "ImportPercentageComplete": 50}),
            answer({"DataSetStatusCode": code, "ObjectSuccessCount": 2}),
        ]
    )
    pod = client(lambda _: next(replies), time)
    options: dict[str, Any] = {"on_status": seen.append, "sleep": time.sleep, "clock": time.clock}
    status = follow_data_set(pod, "3001", budget_seconds=3600, **options)
    assert status["ObjectSuccessCount"] == 2
    assert len(seen) == 4


def test_a_data_set_that_does_not_end_is_still_running() -> None:
    time = Time()
    pod = client(lambda _: httpx.Response(404), time)
    with pytest.raises(StillRunning, match="data set 3001"):
        follow_data_set(pod, "3001", budget_seconds=60, sleep=time.sleep, clock=time.clock)


# Fetching


def zipped(members: dict[str, bytes]) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return base64.b64encode(out.getvalue()).decode()


def downloads(replies: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        reply = replies[json.loads(request.content)["ReqstId"]]
        return reply if isinstance(reply, httpx.Response) else answer({"DocumentContent": zipped(reply)})

    return handler


def nodes() -> Iterator[JobNode]:
    yield JobNode("load", "", 1, "SUCCEEDED", (JobNode("sqlldr", "", 2, "SUCCEEDED"), JobNode("?", "", 0, "")))
    yield JobNode("import", "", 3, "SUCCEEDED")


def test_documents_of_all_requests_are_fetched_and_same_ones_kept_once() -> None:
    replies = {"1": {"1.log": b"a", "2.log": b"b"}, "2": {"2.log": b"b"}, "3": {"3.txt": b"c", "1.log": b"other"}}
    found = fetch(client(downloads(replies)), nodes())
    assert found == {"1.log": b"a", "2.log": b"b", "3.txt": b"c", "3/1.log": b"other"}


def test_requests_of_others_and_damaged_zips_are_missing_and_the_rest_is_fetched() -> None:
    missing: dict[int, str] = {}
    foreign = answer({"title": "Error", "detail": "FND_CMN_SYS_ERR"}, 500)
    damaged = answer({"DocumentContent": "bm8gemlw"})
    replies = {"1": foreign, "2": damaged, "3": {"3.txt": b"c"}}
    found = fetch(client(downloads(replies)), nodes(), on_missing=lambda at, error: missing.update({at: error.what}))
    assert found == {"3.txt": b"c"}
    assert sorted(missing) == [1, 2]
    assert fetch(client(downloads({**replies, "3": httpx.Response(404)})), nodes()) == {}


@pytest.mark.parametrize("reply", [httpx.Response(401), httpx.Response(503), httpx.Response(200, html="<html>Sign in")])
def test_a_pod_that_cannot_be_read_at_all_is_an_error(reply: httpx.Response) -> None:
    with pytest.raises(FusionError):
        fetch(client(downloads({"1": reply})), nodes())
