"""A contract of two files in which every kind of rule occurs, with values that no export may show."""

# ruff: noqa: E501 - contracts read better in one line

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from contracts import Contract, Profile, load

IDENTITY = "finance.claims"
SECRETS = ("Quillfeather", "987-65-4321", "ZQXLISTED", "987-65-4399")
"""Values of masked columns in examples, breakers and lists, and of lists."""

TEXT = """\
contract: finance.claims
version: 1.2.0
status: active
title: Claims | of = <staff>
summary: Heads and lines.
owner: {department: Finance, steward: The team}
direction: inbound
channel: delimited
prefix: CLM
needs: [finance.gl_journals]
amount: {file: heads, column: TOTAL}
targets: {acceptance_rate: 99.5}
unconfirmed: Who sends it?
files:
  heads:
    name: heads.csv
    csv: {header: false, delimiter: ";", dates: YYYY-MM-DD}
    accept_unit: [CLAIM]
    business_key: [CLAIM]
    rows: [1, 10]
    record: "claim {CLAIM}"
    columns:
      - {at: 1, name: CLAIM, type: text(8), required: true, pattern: 'C[0-9]+', label: '*Claim', note: "=The claim's number"}
      - {at: 2, name: KIND, type: text(4), one_of: [CASH, CARD], required: true}
      - {at: 3, name: TOTAL, type: "number(9,2)", range: [0, 5000]}
      - {at: 4, name: PAID, type: date, range: [2025-01-01, 2026-12-31]}
      - {at: 5, name: SENT, type: "timestamp(YYYY-MM-DD HH24:MI:SS)"}
      - {at: 6, name: REASON, type: text(60), required: "KIND = 'CARD'"}
      - {at: 7, name: STAFF, type: text(40), personal_data: "yes", list: staff}
      - {at: 8, name: TAX_ID, type: text(11), personal_data: sensitive, pattern: '[0-9]{3}-[0-9]{2}-[0-9]{4}', default: 987-65-4399}
      - {at: 9, name: FINAL, type: flag}
      - {at: 10, name: URGENT, type: boolean}
      - {at: 11, name: CONTEXT, type: text(10)}
      - {at: 12, name: SLOT1, type: text(20)}
      - {at: 13, name: "Batch(Id)", type: integer(6)}
      - {at: 14, name: RATE, type: number(4)}
      - {at: 15, name: ORDER, type: text}
      - {at: 16, name: UNIT, type: text(6), list: units, unconfirmed: Which units?}
  lines:
    name: lines.csv
    csv: {header: false, delimiter: ";", dates: YYYY-MM-DD}
    parent: {file: heads, by: [CLAIM]}
    columns:
      - {at: 1, name: CLAIM, type: text(8), required: true}
      - {at: 2, name: NUMBER, type: integer(3), required: true}
      - {at: 3, name: AMOUNT, type: "number(9,2)", required: "heads.KIND = 'CASH'"}
      - {at: 4, name: PRICE, type: number}
      - {at: 5, name: PIECES, type: number}
flexfields:
  head: {file: heads, context: CONTEXT, values: {TRIP: {SLOT1: {required: true, pattern: 'T-[0-9]+'}}}}
lists:
  staff: {values: [Quillfeather]}
  units: {about: units, columns: [name], values: [ZQXLISTED, U1]}
rules:
  CLM-010: {file: heads, title: A paid claim has a total, severity: significant, basis: observed, when: PAID IS NOT NULL, check: TOTAL IS NOT NULL, breaks: {TOTAL: null}}
  CLM-020: {file: heads, title: "A name is a name: it's \\"said\\"", severity: moderate, basis: observed, check: LENGTH(TRIM(STAFF)) >= 3, breaks: {STAFF: Qu, TAX_ID: 987-65-4399, _in: other}, also: [heads.STAFF.list]}
  CLM-030: {file: lines, title: No claim has more than two lines, severity: significant, basis: observed, group_by: [CLAIM], check: COUNT(*) <= 2, breaks: duplicate, also: [CLM-040, CLM-060]}
  CLM-040: {file: lines, title: A line number occurs once, severity: significant, basis: observed, unique: [CLAIM, NUMBER], breaks: duplicate, also: [CLM-030, CLM-060]}
  CLM-050: {file: heads, title: A claim has lines, severity: significant, basis: observed, exists: {columns: [CLAIM], in: lines}, breaks: {CLAIM: C9}, also: [CLM-060, lines.parent]}
  CLM-060: {file: heads, title: The total adds up, severity: significant, basis: observed, totals: {by: [CLAIM], here: TOTAL, in: lines, there: SUM(AMOUNT)}, breaks: {TOTAL: 1}}
  CLM-070: {file: lines, title: The price fits, severity: moderate, basis: observed, check: ABS(PRICE * PIECES - AMOUNT) <= 0.01, breaks: {PRICE: 9}}
  CLM-080: {file: lines, title: Cash lines are small, severity: moderate, basis: observed, when: heads.KIND = 'CASH', check: AMOUNT <= 100, breaks: {AMOUNT: 101}, also: [CLM-060, CLM-070]}
  CLM-090: {file: heads, title: Paid after it was sent, severity: minor, basis: observed, check: PAID <= SENT + INTERVAL '30' DAY, breaks: {SENT: 2025-01-01}}
examples:
  cash:
    heads: [{CLAIM: C1, KIND: CASH, TOTAL: 30.00, PAID: 2025-03-01, SENT: 2025-02-27, STAFF: Quillfeather, TAX_ID: 987-65-4321, FINAL: "Y", URGENT: "true", CONTEXT: TRIP, SLOT1: T-1, "Batch(Id)": 12, RATE: 1.25, ORDER: O1, UNIT: U1}]
    lines: [{CLAIM: C1, NUMBER: 1, AMOUNT: 10.00, PRICE: 2.5, PIECES: 4}, {CLAIM: C1, NUMBER: 2, AMOUNT: 20.00}]
  other:
    heads: [{CLAIM: C2, KIND: CARD, TOTAL: 5.00, REASON: a reason, STAFF: Quillfeather}]
    lines: [{CLAIM: C2, NUMBER: 1, AMOUNT: 5.00}]
  too_much:
    expects: [heads.TOTAL.range, CLM-060]
    heads: [{CLAIM: C2, KIND: CARD, TOTAL: 6000, REASON: a reason}]
    lines: [{CLAIM: C2, NUMBER: 1, AMOUNT: 5.00}]
"""


def profile(folder: Path, text: str = TEXT) -> Profile:
    """A district in ``folder`` whose only contract is this one."""
    path = folder / "contracts" / "finance" / "claims.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Profile(name="district", title="A district of the tests", path=folder, time_zone=ZoneInfo("UTC"))


def claims(folder: Path, text: str = TEXT) -> Contract:
    """The contract."""
    return load(IDENTITY, profile(folder, text))
