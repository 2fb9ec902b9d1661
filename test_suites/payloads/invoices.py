"""Supplier invoices: scanned, of the utilities, of school nutrition. Each header with its lines."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from test_suites.payloads.sources import Records, Row, accounts, chance, rows


@dataclass(frozen=True)
class Feed:
    """What one sender of invoices always writes."""

    source: str
    unit: str
    group: str  # pay group
    prefix: str
    costs: tuple[str, ...]  # first segments of the accounts it charges
    words: tuple[str, ...]


SCANNED = Feed("Scanned Invoices", "District Business Unit", "Standard", "S", ("1", "5110", "061", "411"), (
    "Copy paper", "Classroom supplies", "Science kits", "Library books", "Art materials",
))  # fmt: skip
UTILITIES = Feed("Utility Feed", "District Business Unit", "Utilities", "U", ("2", "6530", "801", "321"), (
    "Electricity", "Natural gas", "Water and sewer", "Waste collection",
))  # fmt: skip
NUTRITION = Feed("Nutrition Invoices", "District Business Unit", "Standard", "N", ("5", "7200", "035", "451"), (
    "Fresh produce", "Dairy", "Bakery goods", "Frozen entrees",
))  # fmt: skip


def invoices(feed: Feed, when: date, set_id: str, count: int) -> Records:
    """``count`` invoices of a feed, one to three lines each, one import set."""
    draw = chance(f"{feed.source} {when} {set_id}")
    sites = [row for row in rows("supplier_sites") if row["pay"] == "Y" and row["business_unit"] == feed.unit]
    charged = accounts(*feed.costs)
    records: Records = {"headers": [], "lines": []}
    for at in range(count):
        site = sites[draw.randrange(len(sites))]
        identity = f"{when:%y%m%d}{at + 1:05d}"
        lines = [_line(draw, feed, when, identity, number, charged) for number in range(1, draw.randrange(2, 5))]
        total = sum(round(float(str(one["AMOUNT"])) * 100) for one in lines)
        records["headers"].append(_header(feed, when, set_id, identity, at, site, total))
        records["lines"] += lines
    return records


def _header(feed: Feed, when: date, set_id: str, identity: str, at: int, site: dict[str, str], cents: int) -> Row:
    return {
        "INVOICE_ID": identity,
        "OPERATING_UNIT": feed.unit,
        "SOURCE": feed.source,
        "INVOICE_NUM": f"{feed.prefix}-{when:%m%d}-{at + 1:04d}",
        "INVOICE_AMOUNT": f"{cents / 100:.2f}",
        "INVOICE_DATE": (when - timedelta(days=at % 12)).isoformat(),
        "VENDOR_NAME": site["supplier"],
        "VENDOR_NUM": site["number"],
        "VENDOR_SITE_CODE": site["site"],
        "INVOICE_CURRENCY_CODE": "USD",
        "PAYMENT_CURRENCY_CODE": "USD",
        "DESCRIPTION": feed.words[at % len(feed.words)],
        "GROUP_ID": set_id,
        "INVOICE_TYPE_LOOKUP_CODE": "STANDARD",
        "TERMS_NAME": "Net 30",
        "GL_DATE": when.isoformat(),
        "PAYMENT_METHOD_CODE": "EFT",
        "PAY_GROUP_LOOKUP_CODE": feed.group,
    }


def _line(
    draw: random.Random, feed: Feed, when: date, identity: str, number: int, charged: tuple[tuple[str, ...], ...]
) -> Row:
    return {
        "INVOICE_ID": identity,
        "LINE_NUMBER": str(number),
        "LINE_TYPE_LOOKUP_CODE": "ITEM",
        "AMOUNT": f"{draw.randrange(900, 240_000) / 100:.2f}",
        "DESCRIPTION": draw.choice(feed.words),
        "DIST_CODE_CONCATENATED": "-".join(draw.choice(charged)),
        "ACCOUNTING_DATE": when.isoformat(),
    }
