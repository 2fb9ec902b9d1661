"""Defects as records of ServiceNow, against a stand-in that does what its Table API is said to do."""

from __future__ import annotations

import base64
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from contracts import Profile, load_profile
from harness.errors import UsageError
from harness.trackers.pushing import Pushed, differences, push
from harness.trackers.table_api import Instance, RecordError, TableApi, TrackerError
from raid_log import Actor, Item, Store, StoreError, add, assign, edit, item, items, open_store, reject, store_mark

AT = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
URL = "https://tracker.example.com"
USER, PASSWORD, TOKEN = "ana", "correct-horse-battery-4711", "eyJ-a-token-that-nobody-may-see"
SECRETS = (PASSWORD, TOKEN, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
INSTANCE = Instance(url=URL, user=USER, password=SecretStr(PASSWORD))
PAGE = "<!DOCTYPE html><html><body>Log in</body></html>"
NAMES = (
    "sys_id", "number", "correlation_id", "correlation_display", "short_description", "description", "state", "impact",
    "urgency", "due_date", "category", "assigned_to", "assigned_to.email", "priority",
)  # fmt: skip

Answer = Callable[[httpx.Request], httpx.Response | None]


class ServiceNow(httpx.BaseTransport):
    """One table and the users. What a test puts ``before`` is asked first; ``after`` may replace or lose an answer."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = NAMES
        self.rows: list[dict[str, str]] = []
        self.users = [{"sys_id": "u1", "email": "gl@example.org"}]
        self.before: Answer = lambda request: None
        self.after: Callable[[httpx.Request, httpx.Response], httpx.Response] = lambda request, answer: answer
        self.calls: list[httpx.Request] = []
        self.totals = True

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.calls.append(request)
        return self.before(request) or self.after(request, self._answer(request))

    def methods(self) -> str:
        return " ".join(request.method for request in self.calls)

    def hold(self, count: int, start: str, **values: str) -> None:
        """Have records with these values."""
        for number in range(len(self.rows), len(self.rows) + count):
            own = {"sys_id": f"{number:032x}", "number": f"INC{number:07}", "correlation_id": f"{start}{number:04}"}
            self.rows.append(dict.fromkeys(self.names, "") | own | values)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        table, _, sys_id = request.url.path.removeprefix("/api/now/table/").partition("/")
        if request.headers.get("Authorization") not in (f"Basic {SECRETS[2]}", f"Bearer {TOKEN}"):
            return error(401, "User Not Authenticated")
        rows, names = (self.users, ("sys_id", "email")) if table == "sys_user" else (self.rows, self.names)
        if request.method == "GET":
            return self._found(request, rows, names)
        sent = {name: value for name, value in json.loads(request.content).items() if name in names}
        if request.method == "POST":
            self.hold(1, "", **{"correlation_id": ""} | sent)
            return httpx.Response(201, json={"result": shown(request, self.rows[-1], names)})
        row = next((row for row in rows if row["sys_id"] == sys_id), None)
        if row is None:
            return error(404, "No Record found")
        row |= sent
        return httpx.Response(200, json={"result": shown(request, row, names)})

    def _found(self, request: httpx.Request, rows: list[dict[str, str]], names: tuple[str, ...]) -> httpx.Response:
        params = request.url.params
        found = [row for row in rows if all(holds(row, one) for one in params["sysparm_query"].split("^"))]
        found.sort(key=lambda row: row["sys_id"])
        first = int(params["sysparm_offset"])
        last = first + int(params["sysparm_limit"])
        headers = {"X-Total-Count": str(len(found))} if self.totals else {}
        if last < len(found) and self.totals:
            headers["Link"] = f'<https://elsewhere.example.com/?sysparm_offset={last}>;rel="next"'
        page = [shown(request, row, names) for row in found[first:last]]
        return httpx.Response(200, json={"result": page}, headers=headers)


def holds(row: dict[str, str], condition: str) -> bool:
    """A condition on a field that the table does not have is ignored."""
    for word, test in (("STARTSWITH", str.startswith), ("=", str.__eq__)):
        name, found, value = condition.partition(word)
        if found:
            return name not in row or test(row[name], value)
    return True


def shown(request: httpx.Request, row: dict[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    wanted = request.url.params["sysparm_fields"].split(",")
    return {name: row[name] for name in wanted if name in row and name in names}


def error(status: int, message: str, **headers: str) -> httpx.Response:
    body = {"error": {"message": message, "detail": f"you sent {PASSWORD} as {SECRETS[2]}"}, "status": "failure"}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("nc_district")


@pytest.fixture
def there() -> ServiceNow:
    return ServiceNow()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> Path:
    """The file of a log with two issues and a risk."""
    path, actor = tmp_path_factory.mktemp("log") / "store.db", Actor(profile, "pmo", AT)
    with open_store(f"sqlite:///{path}") as store:
        add(store, actor, "issue", "Journals do not balance", {"severity": "significant", "owner": "gl-team"})
        add(store, actor, "issue", "Supplier unknown", {"severity": "minor"})
        add(store, actor, "risk", "Bank answers late", {"probability": "4", "impact": "5"})
    return path


@pytest.fixture
def store(log: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{shutil.copy(log, tmp_path / 'store.db')}") as store:
        yield store


class Pusher:
    """Pushes from the store to the stand-in, as the PMO unless told otherwise, and never waits."""

    def __init__(self, store: Store, there: ServiceNow, profile: Profile) -> None:
        self.store, self.there, self.profile = store, there, profile
        self.waits: list[float] = []

    def api(self, instance: Instance = INSTANCE) -> TableApi:
        return TableApi(instance, transport=self.there, sleep=self.waits.append)

    def __call__(self, *ids: str, by: str = "pmo", dry_run: bool = False) -> list[Pushed]:
        actor = Actor(self.profile, by, AT)
        chosen = [item(self.store, one) for one in ids or ("RAID-0001",)]
        with self.api() as api:
            return list(push(self.store, actor, api, chosen, dry_run=dry_run))

    def edited(self, **values: str) -> Item:
        return edit(self.store, Actor(self.profile, "pmo", AT), "RAID-0001", values)

    @property
    def id(self) -> str:
        """Correlation id of the first issue."""
        return f"{store_mark(self.store)}-RAID-0001"


@pytest.fixture
def pushed(store: Store, there: ServiceNow, profile: Profile) -> Pusher:
    return Pusher(store, there, profile)


def failing(pushed: Pusher, *ids: str) -> TrackerError:
    """The error that ends a push, after a look that it tells no secret."""
    with pytest.raises(TrackerError) as stop:
        pushed(*ids)
    told = f"{stop.value.what} {stop.value.where} {stop.value.todo} {stop.value!r}"
    assert [secret for secret in SECRETS if secret in told] == []
    return stop.value


def refused(pushed: Pusher, *ids: str) -> RecordError:
    """Why the first issue was refused."""
    one = pushed(*ids)[0]
    assert one.action == "refused"
    assert one.error is not None
    assert [secret for secret in SECRETS if secret in one.error.what] == []
    return one.error


# records are made once and brought up to date


def test_a_defect_becomes_a_record_and_its_number_an_event_of_the_log(pushed: Pusher, there: ServiceNow) -> None:
    assert [(one.action, one.key) for one in pushed()] == [("created", "INC0000000")]
    (row,) = there.rows
    assert (row["correlation_id"], row["short_description"]) == (pushed.id, "Journals do not balance")
    assert (row["state"], row["impact"], row["urgency"], row["assigned_to"]) == ("1", "2", "1", "u1")
    entry = item(pushed.store, "RAID-0001")
    assert entry.fields["external_key"] == "INC0000000"
    assert [(one.kind, one.by, one.source) for one in entry.history][-1] == ("edited", "pmo", "servicenow")


def test_what_has_not_changed_is_neither_written_there_nor_noted_here(pushed: Pusher, there: ServiceNow) -> None:
    pushed()
    before = item(pushed.store, "RAID-0001").version
    assert [one.action for one in pushed()] == ["unchanged"]
    assert there.methods() == "GET GET POST GET GET"
    assert item(pushed.store, "RAID-0001").version == before


def test_only_fields_that_changed_are_written(pushed: Pusher, there: ServiceNow) -> None:
    pushed()
    there.rows[0] |= {"category": "network", "description": there.rows[0]["description"].replace("\n", "\r\n")}
    assign(pushed.store, Actor(pushed.profile, "pmo", AT), "RAID-0001", "gl-team", due="2026-12-10")
    there.calls.clear()
    assert set(pushed()[0].changed) == {"state", "due_date", "description"}
    assert set(json.loads(there.calls[-1].content)) == {"state", "due_date", "description"}
    assert (there.rows[0]["state"], there.rows[0]["category"]) == ("2", "network")


def test_a_due_day_ends_at_midnight_of_the_district(pushed: Pusher, there: ServiceNow) -> None:
    pushed.edited(due="2026-12-10")
    pushed()
    assert there.rows[0]["due_date"] == "2026-12-11 04:59:59"


def test_a_dry_run_changes_nothing_on_either_side(pushed: Pusher, there: ServiceNow) -> None:
    before = item(pushed.store, "RAID-0001")
    assert [(one.action, one.key) for one in pushed(dry_run=True)] == [("created", "")]
    there.hold(1, "", correlation_id=pushed.id, short_description="old")
    assert [(one.action, one.key) for one in pushed(dry_run=True)] == [("updated", "INC0000000")]
    assert set(there.methods().split()) == {"GET"}
    assert item(pushed.store, "RAID-0001") == before


def test_a_record_that_is_there_is_taken_up_and_not_made_again(pushed: Pusher, there: ServiceNow) -> None:
    there.hold(1, "", correlation_id=pushed.id)
    assert [(one.action, one.key) for one in pushed()] == [("updated", "INC0000000")]
    assert item(pushed.store, "RAID-0001").fields["external_key"] == "INC0000000"
    assert len(there.rows) == 1


def test_a_record_that_somebody_noted_gets_our_id(pushed: Pusher, there: ServiceNow) -> None:
    there.hold(2, "", correlation_id="")
    pushed.edited(external_key="INC0000001")
    assert [(one.action, one.key) for one in pushed()] == [("updated", "INC0000001")]
    assert [row["correlation_id"] for row in there.rows] == ["", pushed.id]


@pytest.mark.parametrize(
    ("key", "says"),
    [("INC0000000", "the correlation id other"), ("GL-17", "names no record"), ("INC9^numberISNOTEMPTY", "no record")],
)
def test_a_key_that_is_not_of_the_defect_is_refused(pushed: Pusher, there: ServiceNow, key: str, says: str) -> None:
    there.hold(1, "", correlation_id="other")
    pushed.edited(external_key=key)
    assert says in refused(pushed).what
    assert "POST" not in there.methods()
    assert there.rows[0]["correlation_id"] == "other"


def test_a_key_that_a_person_wrote_is_not_replaced(pushed: Pusher) -> None:
    pushed()
    pushed.edited(external_key="GL-17")
    pushed()
    assert item(pushed.store, "RAID-0001").fields["external_key"] == "GL-17"


def test_a_record_whose_key_cannot_be_noted_is_told_and_the_next_push_notes_it(
    pushed: Pusher, there: ServiceNow
) -> None:
    def before(request: httpx.Request) -> None:
        if request.method == "POST" and b"RAID-0001" in request.content:
            pushed.edited(external_key="INC0000007")  # somebody is faster

    there.before = before
    first, second = pushed("RAID-0001", "RAID-0002")
    assert (first.action, first.key, second.action, second.error) == ("created", "INC0000000", "created", None)
    assert first.error is not None
    assert "INC0000000, but the external key INC0000007 was noted" in first.error.what
    assert item(pushed.store, "RAID-0001").fields["external_key"] == "INC0000007"
    pushed.edited(external_key="")
    assert [(one.action, one.error) for one in pushed()] == [("unchanged", None)]
    assert item(pushed.store, "RAID-0001").fields["external_key"] == "INC0000000"


def test_a_push_that_comes_second_finds_the_record_and_the_key_and_has_nothing_to_say(
    pushed: Pusher, there: ServiceNow
) -> None:
    old = [item(pushed.store, "RAID-0001")]
    pushed()
    with pushed.api() as api:
        (second,) = push(pushed.store, Actor(pushed.profile, "pmo", AT), api, old)
    assert (second.action, second.key, second.error) == ("unchanged", "INC0000000", None)


def test_two_records_of_one_id_are_refused_and_listed_and_the_next_defect_is_pushed(
    pushed: Pusher, there: ServiceNow
) -> None:
    there.hold(2, "", correlation_id=pushed.id)
    done = pushed("RAID-0001", "RAID-0002")
    assert [one.action for one in done] == ["refused", "created"]
    assert done[0].error is not None
    assert "INC0000000, INC0000001" in done[0].error.what
    assert "external_key" not in item(pushed.store, "RAID-0001").fields


def test_a_table_without_numbers_is_known_by_sys_id(pushed: Pusher, there: ServiceNow) -> None:
    there.names = tuple(name for name in NAMES if name not in ("number", "impact", "urgency"))
    assert pushed()[0].key == "0" * 32
    assert [one.action for one in pushed()] == ["unchanged"]


def test_a_table_that_does_not_search_by_our_id_gets_no_record(pushed: Pusher, there: ServiceNow) -> None:
    there.names = tuple(name for name in NAMES if name != "correlation_id")
    there.hold(1_000, "")
    for row in there.rows:
        del row["correlation_id"]
    assert "does not search by correlation_id" in failing(pushed).what
    assert there.methods() == "GET GET"


def test_an_empty_table_that_does_not_keep_our_id_gets_one_record_and_never_another(
    pushed: Pusher, there: ServiceNow
) -> None:
    there.names = tuple(name for name in NAMES if name != "correlation_id")
    assert "INC0000000 was made without it" in failing(pushed).what
    del there.rows[0]["correlation_id"]
    assert "does not search" in failing(pushed).what
    assert there.methods().count("POST") == 1


# who may push


@pytest.mark.parametrize(("by", "says"), [("cfo", "refused to cfo"), ("ap-team", "refused"), ("nobody", "not listed")])
def test_who_may_not_edit_an_entry_may_not_push_it(pushed: Pusher, there: ServiceNow, by: str, says: str) -> None:
    with pytest.raises(StoreError, match=says):
        pushed("RAID-0001", by=by)
    assert there.calls == []


def test_an_owner_pushes_what_is_his(pushed: Pusher) -> None:
    assert pushed("RAID-0001", by="gl-team")[0].action == "created"
    with pytest.raises(StoreError, match="refused to gl-team"):
        pushed("RAID-0001", "RAID-0002", by="gl-team")


def test_only_issues_are_pushed(pushed: Pusher, there: ServiceNow) -> None:
    with pytest.raises(StoreError, match="RAID-0003 is a risk"):
        pushed("RAID-0001", "RAID-0003")
    assert there.calls == []


# what ServiceNow may answer


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refused_read_ends_the_push_with_its_words_and_without_a_secret(
    pushed: Pusher, there: ServiceNow, status: int
) -> None:
    there.before = lambda request: error(status, "no") if "sys_user" not in request.url.path else None
    fault = failing(pushed, "RAID-0001", "RAID-0002")
    assert (fault.status, "POST" in there.methods()) == (status, False)
    assert f"HTTP {status}: no - you sent" in fault.what
    assert fault.todo
    assert pushed.waits == []


@pytest.mark.parametrize("secret", SECRETS[::2])
@pytest.mark.parametrize("before", range(160, 200, 3))
def test_a_secret_that_is_told_back_is_not_even_shown_in_part(
    pushed: Pusher, there: ServiceNow, secret: str, before: int
) -> None:
    there.before = lambda request: httpx.Response(400, text=f"{'x' * before} {secret}")
    assert secret[:6] not in failing(pushed).what


def test_whoever_may_not_read_users_assigns_nobody(pushed: Pusher, there: ServiceNow) -> None:
    there.before = lambda request: error(403, "no") if "sys_user" in request.url.path else None
    assert pushed()[0].action == "created"
    assert there.rows[0]["assigned_to"] == ""


def test_a_mail_of_two_users_assigns_nobody(pushed: Pusher, there: ServiceNow) -> None:
    there.users.append({"sys_id": "u2", "email": "gl@example.org"})
    pushed()
    assert there.rows[0]["assigned_to"] == ""


@pytest.mark.parametrize("status", [400, 403])
def test_a_refused_record_keeps_no_other_back(pushed: Pusher, there: ServiceNow, status: int) -> None:
    def before(request: httpx.Request) -> httpx.Response | None:
        return error(status, "Data Policy Exception") if b"balance" in request.content else None

    there.before = before
    done = pushed("RAID-0001", "RAID-0002")
    assert [one.action for one in done] == ["refused", "created"]
    assert done[0].error is not None
    assert "Data Policy Exception" in done[0].error.what


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize(("status", "told", "waited"), [(429, "7", 7.0), (503, "", 1.0), (429, "9999", 60.0)])
def test_a_busy_instance_is_asked_again_when_it_says(
    pushed: Pusher, there: ServiceNow, method: str, status: int, told: str, waited: float
) -> None:
    if method == "PATCH":
        there.hold(1, "", correlation_id=pushed.id)
    there.before = once(method, error(status, "busy", Retry_After=told))
    assert pushed()[0].action == ("updated" if method == "PATCH" else "created")
    assert pushed.waits == [waited]
    assert len(there.rows) == 1


def test_the_moment_until_which_to_wait_may_be_told_as_a_date(pushed: Pusher, there: ServiceNow) -> None:
    told = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    there.before = once("GET", error(429, "busy", Retry_After=told))
    pushed()
    assert 20 < pushed.waits[0] <= 30


def test_an_instance_that_stays_busy_is_left_alone(pushed: Pusher, there: ServiceNow) -> None:
    there.before = lambda request: error(429, "busy")
    assert failing(pushed).status == 429
    assert pushed.waits == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    "loss",
    [httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("gone"), 500, 502, 504, 408, PAGE, "{", '{"result":[]}'],
)
def test_a_record_whose_reply_was_lost_is_found_and_not_made_again(
    pushed: Pusher, there: ServiceNow, loss: object
) -> None:
    there.after = losing("POST", loss)
    assert [(one.action, one.key) for one in pushed()] == [("created", "INC0000000")]
    assert (len(there.rows), there.methods().count("POST")) == (1, 1)
    assert item(pushed.store, "RAID-0001").fields["external_key"] == "INC0000000"


def test_a_busy_answer_after_the_record_was_made_makes_no_second_one(pushed: Pusher, there: ServiceNow) -> None:
    there.after = losing("POST", 503)
    assert pushed()[0].key == "INC0000000"
    assert len(there.rows) == 1


def test_a_lost_call_that_made_nothing_is_left_to_the_next_push(pushed: Pusher, there: ServiceNow) -> None:
    there.before = once("POST", httpx.Response(504, text="gateway"))
    fault = refused(pushed)
    assert "not known" in fault.what
    assert there.methods().count("POST") == 1
    assert pushed()[0].action == "created"
    assert len(there.rows) == 1


def test_an_update_whose_reply_was_lost_is_sent_again(pushed: Pusher, there: ServiceNow) -> None:
    there.hold(1, "", correlation_id=pushed.id)
    there.after = losing("PATCH", httpx.ReadTimeout("slow"), httpx.ReadTimeout("slow"))
    assert pushed()[0].action == "updated"
    assert there.methods().count("PATCH") == 3


def test_a_record_that_is_deleted_meanwhile_is_refused(pushed: Pusher, there: ServiceNow) -> None:
    there.hold(1, "", correlation_id=pushed.id)
    there.before = lambda request: there.rows.clear() if request.method == "PATCH" else None
    assert refused(pushed).status == 404


def test_no_network_ends_the_push(pushed: Pusher, there: ServiceNow) -> None:
    def before(request: httpx.Request) -> httpx.Response | None:
        raise httpx.ConnectError(f"refused for {PASSWORD}")

    there.before = before
    assert "no connection to tracker.example.com" in failing(pushed).what


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{", "no JSON"), ("[]", "no JSON"), ("", "no JSON"), ('{"result": {}}', "no list"), (PAGE, "a web page"),
        ('{"result": [{"number": "INC1"}]}', "no list"), ('{"result": [1]}', "no list"), ("[" * 100_000, "no JSON"),
        ('{"result": [{"sys_id": "../sys_user/1"}]}', "no list"), ('{"result": [{"sys_id": {}}]}', "no list"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_of_the_table_api_ends_the_push(
    pushed: Pusher, there: ServiceNow, body: str, says: str
) -> None:
    there.before = lambda request: httpx.Response(200, text=body) if "incident" in request.url.path else None
    assert says in failing(pushed).what
    assert "POST" not in there.methods()


@pytest.mark.parametrize("charset", ["idna", "hex", "rot13", "klingon"])
def test_words_in_an_encoding_that_is_none_are_told_all_the_same(
    pushed: Pusher, there: ServiceNow, charset: str
) -> None:
    kind = {"Content-Type": f"text/plain; charset={charset}"}
    there.before = lambda request: httpx.Response(400, content=b"no", headers=kind)
    assert "HTTP 400: no" in failing(pushed).what


def test_nothing_that_servicenow_says_speaks_to_the_terminal(
    pushed: Pusher, there: ServiceNow, profile: Profile
) -> None:
    there.hold(1, "", correlation_id=pushed.id, state="\x1b[2J")
    assert differences(pushed.store, profile, pushed.api())[-1].there == "[2J"
    there.before = lambda request: error(400, "\x1b[2Jno")
    assert "HTTP 400: [2Jno" in failing(pushed).what


def test_a_redirect_is_not_followed(pushed: Pusher, there: ServiceNow) -> None:
    there.before = lambda request: httpx.Response(302, headers={"Location": "https://elsewhere.example.com/"})
    assert "a redirect" in failing(pushed).what
    assert {call.url.host for call in there.calls} == {"tracker.example.com"}


# what differs there


def test_pull_lists_state_and_assignee_that_differ_and_changes_nothing(
    pushed: Pusher, there: ServiceNow, profile: Profile
) -> None:
    pushed("RAID-0001", "RAID-0002")
    there.rows[0] |= {"state": "7", "assigned_to.email": "GL@example.org"}
    there.rows[1] |= {"state": "18", "assigned_to.email": "x@example.org"}
    there.hold(1, "", correlation_id="0000-RAID-0001", state="7")
    before = items(pushed.store)
    found = [
        (one.id, one.key, one.what, one.here, one.there) for one in differences(pushed.store, profile, pushed.api())
    ]
    assert found == [
        ("RAID-0001", "INC0000000", "state", "new", "Closed"),
        ("RAID-0002", "INC0000001", "assignee", "", "x@example.org"),
        ("RAID-0002", "INC0000001", "state", "new", "18"),
    ]
    assert items(pushed.store) == before


def test_pull_is_silent_where_both_say_the_same(pushed: Pusher, there: ServiceNow, profile: Profile) -> None:
    reject(pushed.store, Actor(profile, "pmo", AT), "RAID-0002", reason="a test")
    pushed("RAID-0002")
    assert there.rows[0]["state"] == "8"
    assert differences(pushed.store, profile, pushed.api()) == []


def test_pull_lists_records_that_share_an_id_and_those_of_no_entry(
    pushed: Pusher, there: ServiceNow, profile: Profile
) -> None:
    mark = store_mark(pushed.store)
    there.hold(2, "", correlation_id=pushed.id)
    there.hold(1, "", correlation_id=f"{mark}-RAID-0099")
    found = [(one.id, one.key, one.what) for one in differences(pushed.store, profile, pushed.api())]
    assert found == [("", "INC0000002", "record"), ("RAID-0001", "INC0000000, INC0000001", "record")]


@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize("count", [0, 199, 200, 201, 400, 450])
def test_every_page_is_read(pushed: Pusher, there: ServiceNow, totals: bool, count: int) -> None:
    there.totals = totals
    there.hold(count, "1a2b3c4d-RAID-")
    there.hold(3, "other-")
    with pushed.api() as api:
        found = list(api.records("correlation_idSTARTSWITH1a2b3c4d-RAID-", ("state",)))
    assert [one["number"] for one in found] == [row["number"] for row in there.rows[:count]]
    assert {call.url.host for call in there.calls} == {"tracker.example.com"}


def test_pages_that_repeat_themselves_end_the_reading(pushed: Pusher, there: ServiceNow, profile: Profile) -> None:
    there.hold(300, f"{store_mark(pushed.store)}-RAID-")
    there.before = lambda request: there._answer(
        httpx.Request("GET", request.url.copy_set_param("sysparm_offset", 0), headers=request.headers)
    )
    with pytest.raises(TrackerError, match="repeat"):
        differences(pushed.store, profile, pushed.api())


@pytest.mark.parametrize("more", [{"X-Total-Count": "999999999"}, {"Link": '<https://x>;rel="next"'}])
def test_pages_of_records_that_the_user_may_not_read_end_the_reading(
    pushed: Pusher, there: ServiceNow, more: dict[str, str]
) -> None:
    there.before = lambda request: httpx.Response(200, json={"result": []}, headers=more)
    assert "page after page is empty" in failing(pushed).what
    assert len(there.calls) < 10


# where it is and who signs on


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"url": ""}, "no address"), ({"url": "ftp://x"}, "no address"), ({"url": "https://x:99999999"}, "no address"),
        ({"url": f"https://{'x' * 64}.example.com"}, "no address"),
        ({"url": "http://tracker.example.com"}, "without TLS"),
        ({"url": "http://127.0.0.1.example.com"}, "without TLS"),
        ({"url": f"https://{USER}:{PASSWORD}@x.example.com"}, "holds a user"),
        ({"user": ""}, "half of the access"), ({"password": SecretStr("")}, "half of the access"),
        ({"token": SecretStr(TOKEN)}, "more than one access"),
        ({"user": "", "password": SecretStr("")}, "no access"),
    ],
)  # fmt: skip
def test_a_bad_address_or_access_is_refused_before_any_call(
    there: ServiceNow, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as stop:
        TableApi(INSTANCE.model_copy(update=changes), transport=there)
    told = f"{stop.value.what} {stop.value.where} {stop.value.todo}"
    assert [secret for secret in SECRETS if secret in told] == []
    assert there.calls == []


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("SSL_CERT_FILE", "nowhere.pem", "no certificates"), ("SSL_CERT_FILE", __file__, "no certificates"),
        ("HTTPS_PROXY", f"ftp://{USER}:{PASSWORD}@proxy.example.com", "proxy"),
        ("HTTPS_PROXY", f"http://{USER}:{PASSWORD}@proxy.example.com:x", "proxy"),
        ("ALL_PROXY", f"socks5://{USER}:{PASSWORD}@proxy.example.com", "proxy"),
    ],
)  # fmt: skip
def test_a_proxy_or_certificates_that_cannot_be_used_are_named_by_their_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    for name in ("SSL_CERT_FILE", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match=says) as stop:
        TableApi(INSTANCE)
    assert variable in stop.value.where
    assert PASSWORD not in f"{stop.value.what} {stop.value.where} {stop.value.todo}"


def test_a_token_signs_on_as_well(pushed: Pusher, there: ServiceNow) -> None:
    access = {"user": "", "password": SecretStr(""), "token": SecretStr(TOKEN)}
    with pushed.api(INSTANCE.model_copy(update=access)) as api:
        assert list(api.records("number=INC1", ())) == []
    assert there.calls[0].headers["Authorization"] == f"Bearer {TOKEN}"


# the command line, against a server of this machine


@pytest.fixture
def desk(
    harness: Callable[..., int], there: ServiceNow, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Callable[..., tuple[int, str, str]]]:  # fmt: skip
    """``harness raid`` in a workspace with this log; what it says never holds a secret."""
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "harness.toml").write_text('profile = "nc_district"\n')
    shutil.copy(log, tmp_path / "ws")
    monkeypatch.setenv("HARNESS_BY", "pmo")

    def call(*words: str) -> tuple[int, str, str]:
        code = harness("raid", *words, "--workspace", "ws", "--no-color")
        out, err = capfd.readouterr()
        assert [secret for secret in (*SECRETS, "Traceback") if secret in out + err] == []
        return code, out, err

    with served(there) as url:
        access = {"URL": url, "USER": USER, "PASSWORD": PASSWORD}
        for name, value in access.items():
            monkeypatch.setenv(f"HARNESS_SERVICENOW_{name}", value)
        yield call


@contextmanager
def served(there: ServiceNow) -> Iterator[str]:
    """The stand-in behind a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = httpx.Request(
                self.command, f"http://127.0.0.1{self.path}", headers=dict(self.headers), content=body
            )
            reply = there.handle_request(request)
            self.send_response(reply.status_code)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    for method in ("GET", "POST", "PATCH"):
        setattr(Handler, f"do_{method}", Handler.answer)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


Desk = Callable[..., tuple[int, str, str]]


def test_push_and_pull_are_commands(desk: Desk, there: ServiceNow, tmp_path: Path) -> None:
    code, out, _ = desk("push", "RAID-0001", "--dry-run")
    assert (code, there.rows) == (0, [])
    assert "would be created" in out
    code, out, _ = desk("push", "--open")
    assert (code, len(there.rows)) == (0, 2)
    assert "INC0000000" in out
    there.rows[0]["assigned_to.email"] = "gl@example.org"
    assert desk("pull")[:2] == (0, "0 differences; the RAID log stays as it is\n")
    there.rows[0]["state"] = "6"
    code, out, _ = desk("pull", "--json", "-")
    assert (code, json.loads(out)[0]["there"]) == (0, "Resolved")
    code, out, _ = desk("push", "raid-0001", "RAID-0001", "--json", "-")
    told = {"id": "RAID-0001", "action": "updated", "key": "INC0000000", "fields": ["state"]}
    assert json.loads(out) == [told | {"dry_run": False, "error": ""}]
    assert desk("push", "--open", "--quiet")[1] == ""
    assert "(triager, servicenow)" in desk("history", "RAID-0001")[1]
    assert desk("verify-log")[0] == 0


def test_a_refused_record_ends_in_exit_code_2(desk: Desk, there: ServiceNow) -> None:
    there.before = lambda request: error(403, "Data Policy Exception") if request.method == "POST" else None
    code, out, err = desk("push", "--open")
    assert code == 2
    assert "2 refused" in out
    assert "Data Policy Exception" in err


def test_what_was_done_before_servicenow_failed_is_told(desk: Desk, there: ServiceNow, tmp_path: Path) -> None:
    there.before = lambda request: error(401, "no") if there.rows and request.method == "GET" else None
    code, out, err = desk("push", "--open", "--json", "told.json")
    assert code == 2
    assert "1 created" in out
    assert "HTTP 401" in err
    assert [one["action"] for one in json.loads((tmp_path / "told.json").read_text())] == ["created"]
    code, out, err = desk("push", "--open")
    assert (code, "0 created" in out, "HTTP 401" in err) == (2, True, True)


def test_what_was_done_is_told_where_its_json_cannot_be_written(desk: Desk) -> None:
    code, out, err = desk("push", "--open", "--json", "nowhere/told.json")
    assert (code, "2 created" in out, "cannot be written" in err) == (2, True, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("push",), "which defects?"),
        (("push", "RAID-0001", "--open"), "which defects?"),
        (("push", "RAID-0099"), "no entry"),
    ],
)
def test_what_cannot_be_pushed_is_said(desk: Desk, words: tuple[str, ...], says: str) -> None:
    code, _, err = desk(*words)
    assert (code, says in err) == (2, True)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TABLE", "incident?x=", "HARNESS_SERVICENOW_TABLE"), ("TIMEOUT_SECONDS", PASSWORD, "TIMEOUT_SECONDS"),
        ("TIMEOUT_SECONDS", "inf", "TIMEOUT_SECONDS"), ("TIMEOUT_SECONDS", "1e300", "TIMEOUT_SECONDS"),
        ("URL", "", "no address"), ("USER", "", "half of the access"), ("TOKEN", f"{TOKEN}\n\n\n†", "more than one"),
    ],
)  # fmt: skip
def test_a_bad_variable_is_named_and_never_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"HARNESS_SERVICENOW_{name}", value)
    code, _, err = desk("pull")
    assert (code, says in err) == (2, True)


def once(method: str, answer: httpx.Response) -> Answer:
    """The answer to the first call of the method; the others go through."""
    left = [answer]
    return lambda request: left.pop() if left and request.method == method else None


def losing(method: str, *losses: object) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    """Does what was asked, and loses the first replies: an exception, a status, or another body."""
    left = list(losses)

    def after(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method != method or not left:
            return answer
        loss = left.pop(0)
        if isinstance(loss, Exception):
            raise loss
        return error(loss, "lost") if isinstance(loss, int) else httpx.Response(200, text=str(loss))

    return after
