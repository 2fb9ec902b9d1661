"""Purchase orders: header, lines, schedules and distributions, each tied to the one above by an interface key."""

from __future__ import annotations

from datetime import date, timedelta

from test_suites.payloads.sources import Records, accounts, chance, rows

_GOODS = {
    "Classroom Supplies": ("Copy paper", "Whiteboards", "Storage bins"),
    "Library Materials": ("Reading sets", "Shelf ends"),
}


def orders(when: date, batch: str, count: int, prefix: str, buyer: str, costs: tuple[str, ...]) -> Records:
    """``count`` new orders of one batch; every line has one schedule, every schedule one distribution."""
    draw = chance(f"orders {prefix} {when} {batch}")
    unit = "District Business Unit"
    sites = [
        row
        for row in rows("supplier_sites")
        if row["purchasing"] == "Y" and row["business_unit"] == unit and row["assigned_to"] == unit
    ]
    places = [row["name"] for row in rows("ship_to_location")]
    charged = accounts(*costs)
    records: Records = {"headers": [], "lines": [], "locations": [], "dists": []}
    for at in range(count):
        key = f"{prefix}{when:%m%d}{at + 1:04d}"
        site = draw.choice(sites)
        records["headers"].append({
            "INTERFACE_HEADER_KEY": key, "ACTION": "ORIGINAL", "BATCH_ID": batch, "INTERFACE_SOURCE_CODE": "LEGACY",
            "APPROVAL_ACTION": "SUBMIT", "DOCUMENT_NUM": f"PO-{key}", "DOCUMENT_TYPE_CODE": "STANDARD", "PRC_BU_NAME": unit,
            "REQ_BU_NAME": unit, "CURRENCY_CODE": "USD", "VENDOR_NAME": site["supplier"], "VENDOR_SITE_CODE": site["site"],
            "PAYMENT_TERMS": "Net 30", "AGENT_EMAIL_ADDRESS": buyer,
        })  # fmt: skip
        for number in range(1, draw.randrange(2, 5)):
            category = draw.choice(sorted(_GOODS))
            quantity, line = str(draw.randrange(1, 60)), f"{key}L{number}"
            records["lines"].append({
                "INTERFACE_LINE_KEY": line, "INTERFACE_HEADER_KEY": key, "ACTION": "ADD", "LINE_NUM": str(number),
                "LINE_TYPE": "Goods", "ITEM_DESCRIPTION": draw.choice(_GOODS[category]), "CATEGORY": category,
                "QUANTITY": quantity, "UNIT_OF_MEASURE": "Box", "UNIT_PRICE": f"{draw.randrange(200, 9000) / 100:.2f}",
            })  # fmt: skip
            records["locations"].append({
                "INTERFACE_LINE_LOCATION_KEY": f"{line}S1", "INTERFACE_LINE_KEY": line, "SHIPMENT_NUM": "1",
                "SHIP_TO_LOCATION": draw.choice(places), "SHIPPING_UOM_QUANTITY": quantity,
                "NEED_BY_DATE": (when + timedelta(days=draw.randrange(7, 40))).isoformat(), "DESTINATION_TYPE_CODE": "EXPENSE",
            })  # fmt: skip
            segments = {f"CHARGE_ACCOUNT_SEGMENT{n}": value for n, value in enumerate(draw.choice(charged), start=1)}
            records["dists"].append({
                "INTERFACE_DISTRIBUTION_KEY": f"{line}D1", "INTERFACE_LINE_LOCATION_KEY": f"{line}S1",
                "DISTRIBUTION_NUM": "1", "SHIPPING_UOM_QUANTITY": quantity, **segments, "BUDGET_DATE": when.isoformat(),
            })  # fmt: skip
    return records
