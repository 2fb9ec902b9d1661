"""The RAID page: everything can be read without a script; an anchor per entry; text is text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st
from people import actor, district
from raid_runs import NOON, failing, result, rule, run, submission

from raid_log import (
    Actor,
    Entry,
    Store,
    Waiver,
    add,
    approve_waiver,
    ask_for_waiver,
    attest,
    edit,
    item,
    items,
    reject,
    triage,
)
from raid_log.states import Standing
from reports import raid_page

AT = datetime(2026, 11, 26, 18, 5, tzinfo=UTC)
PEOPLE = {person.id: person.name for person in district().people.values()}


def page(entries: list[Entry]) -> str:
    return raid_page(
        entries, title="Test & District", zone="America/New_York", people=PEOPLE, label="2026-W48", as_of=AT
    )


def words(text: str) -> str:
    shown = re.sub(r"<script>.*?</script>", " ", text.partition("<body>")[2], flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def entry(
    title: str = "A title", number: int = 1, *, type: str = "issue", severity: str = "critical", owner: str = "",
    fields: Mapping[str, str] = MappingProxyType({}),
) -> Entry:  # fmt: skip
    standing = Standing(status="new", severity=severity, owner=owner, fields=fields)
    return Entry(
        id=f"RAID-{number:04d}", type=type, title=title, statement="", interface="FIN-01", contract="", cause="",
        field="", floor="", standing=standing, version=1, source="run", opened_at=NOON, changed_at=NOON,
        changed_by="machine", changed_role="machine", reopened_at=None, first_seen=NOON, last_seen=NOON,
        submissions=0, evidence_class="",
    )  # fmt: skip


class Tags(HTMLParser):
    """Counts start and end tags and keeps the ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in ("meta", "input", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def test_a_log_without_an_entry_says_so() -> None:
    text = page([])
    assert "The RAID log has no entry." in words(text)
    assert "<script" not in text


def test_each_entry_has_an_anchor_a_sign_beside_its_severity_and_all_that_is_known(store: Store) -> None:
    store.record(run("r1", failing(2, at=NOON)), district())
    triage(store, actor("tess"), "RAID-0001", root_cause="mapping")
    edit(store, actor("tess"), "RAID-0001", {"owner": "olga", "workaround": "key it by hand"})
    text = page(items(store))
    assert '<li id="RAID-0001"' in text
    shown = words(text)
    assert "RAID-0001 issue ▲ significant triaged Journals balance FIN-01 Olga" in shown
    assert "2026-11-24 2026-11-24 1 conformance" in shown  # opened, last seen, times seen
    assert "contract finance.gl rule or code GL-100 field lines.AMOUNT" in shown
    assert "workaround key it by hand" in shown
    assert "root cause mapping" in shown


def test_who_waived_until_when_and_who_asks_for_what_is_told_by_name(store: Store) -> None:
    one = result([False], rules=[rule("GL-100"), rule("GL-200")])
    store.record(run("r1", submission(["a"], checked=one)), district())
    for id_ in ("RAID-0001", "RAID-0002"):
        ask_for_waiver(store, actor("rita"), id_, Waiver("late", "by hand", "list", "2026-12-05"))
    approve_waiver(store, actor("anna"), "RAID-0001")
    shown = words(page(items(store)))
    assert "waived until Sat 5 Dec 2026 by Anna (approver)" in shown
    assert "asked for waiver, by Rita" in shown
    assert "waived issues: 1" in shown


def test_the_head_counts_what_stands_and_entries_that_ended_are_marked(store: Store) -> None:
    one = result([False], rules=[rule("GL-100"), rule("GL-200", severity="critical")])
    store.record(run("r1", submission(["a"], checked=one)), district())
    reject(store, actor("tess"), "RAID-0001", reason="as designed", second="anna")
    attest(store, actor("stan"), "G9", evidence="minutes", reason="done")
    text = page(items(store))
    assert "open critical issues: ◆ 1 open significant issues: ▲ 0" in words(text)
    ended = re.findall(r'<li id="(RAID-\d+)"[^>]* data-ended', text)
    assert ended == ["RAID-0001"]
    assert "also the 1 that have ended" in words(text)
    assert "met yes evidence minutes" in words(text)


def test_a_risk_stands_with_the_fields_of_its_type(store: Store) -> None:
    fields = {"cause": "a", "event": "b", "effect": "c", "probability": "5", "impact": "4"}
    add(store, Actor(district(), "tess", NOON), "risk", "Lists come late", fields)
    shown = words(page(items(store)))
    assert "cause a event b effect c probability 5 impact 4 exposure 20 (extreme)" in shown


def test_a_field_is_told_as_a_person_or_a_day_only_where_it_is_one() -> None:
    fields = {"validator": "olga", "validate_by": "2026-12-05", "effect_if_false": "olga", "assumption": "2026-12-05"}
    shown = words(page([entry(type="assumption", fields=fields)]))
    assert "assumption 2026-12-05 validator Olga validate by Sat 5 Dec 2026 effect if false olga" in shown


def test_titles_that_are_markup_formulas_or_very_long_stay_text() -> None:
    titles = ["<script>alert(1)</script>", "</script><b>", "=1+1", "Zoë Müller", "x" * 5_000, '" onclick="x']
    text = page([entry(title, number) for number, title in enumerate(titles, 1)])
    assert text.count("<script") == text.count("</script") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "=1+1" in text
    assert "x" * 5_000 in text
    assert not re.search(r"<[^>]*\sonclick=", text.partition("<body>")[2].partition("<script>")[0])


@given(st.text(max_size=60))
def test_whatever_a_title_and_an_owner_are_called_the_page_is_well_formed(text: str) -> None:
    found = Tags(page([entry(text, owner=text, fields={"workaround": text}), entry("second", 2)]))
    assert found.open == []
    assert [one for one in found.ids if one.startswith("RAID-")] == ["RAID-0001", "RAID-0002"]


def test_a_control_character_is_replaced_and_a_line_break_stays() -> None:
    text = page([entry("a\x00b\x1bc\ud800d", fields={"workaround": "one\ntwo\tthree"})])
    assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER}d" in text
    assert "one\ntwo\tthree" in text
    assert text.encode()


def test_the_same_entries_give_the_same_bytes_and_no_foreign_host(store: Store) -> None:
    store.record(run("r1", failing(2, at=NOON)), district())
    text = page(items(store))
    assert text == page(items(store, as_of=datetime.now(UTC) + timedelta(seconds=1)))
    assert re.findall(r"https?://", text) == []
    assert item(store, "RAID-0001").title in text


def test_filters_show_the_values_that_occur_in_the_order_of_gravity() -> None:
    text = page([entry(number=number, severity=word) for number, word in enumerate(("minor", "critical", ""), 1)])
    options = re.search(r'<select name="severity"[^>]*>(.*?)</select>', text, re.DOTALL)
    assert options is not None
    assert re.findall(r"<option>(\w+)", options[1]) == ["critical", "minor", "none"]
    assert '<select name="interface"' not in text  # there is one alone


def test_entries_stand_by_number_whatever_their_order() -> None:
    text = page([entry(number=number) for number in (10_000, 2, 9_999)])
    assert re.findall(r'<li id="([^"]+)"', text) == ["RAID-0002", "RAID-9999", "RAID-10000"]


def test_a_column_can_be_sorted_by_its_heading_which_does_nothing_without_a_script() -> None:
    head = page([entry()]).partition('id="heads"')[2].partition("</div>")[0]
    buttons = re.findall(r'<button type="button" value="\w+" disabled>([^<]+)</button>', head)
    assert buttons[:4] == ["id", "type", "severity", "state"]
    assert len(buttons) == 12
