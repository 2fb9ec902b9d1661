"""Suppliers as the vendor registration sends them: new ones, and changes of those already there."""

from __future__ import annotations

from test_suites.payloads.sources import Records, Row, chance, rows

_FIRST = (
    "Alder", "Amber", "Birch", "Canyon", "Cedar", "Clover", "Copper", "Coral", "Elm", "Fern", "Granite", "Harbor",
    "Hazel", "Indigo", "Juniper", "Laurel", "Maple", "Meadow", "Orchard", "Prairie", "Quartz", "Sage", "Willow",
)  # fmt: skip
_TRADES = (
    "Book Supply", "Classroom Furniture", "Roofing", "Food Service", "Bus Parts", "Music Instruments", "Lab Equipment",
    "Paper Goods", "Sign Works", "Landscaping", "Printing", "Athletic Wear",
)  # fmt: skip


def registrations(day: str, batch: str, new: int, changed: int) -> Records:
    """``new`` suppliers to create and ``changed`` ones to update, one batch."""
    draw = chance(f"suppliers {day} {batch}")
    names = [f"{first} {trade} Company" for first in _FIRST for trade in _TRADES]
    draw.shuffle(names)
    serial = int(batch[-4:]) % 1000 * 100
    records: list[Row] = []
    for at, name in enumerate(names[:new]):
        person = at % 9 == 8
        records.append({
            "IMPORT_ACTION": "CREATE",
            "VENDOR_NAME": f"{name.removesuffix(' Company')} Services" if person else name,
            "SEGMENT1": f"00{serial + at:05d}",
            "ORGANIZATION_TYPE_LOOKUP_CODE": "INDIVIDUAL" if person else "CORPORATION",
            "BUSINESS_RELATIONSHIP": "SPEND_AUTHORIZED",
            "TAX_COUNTRY_CODE": "US",
            # prefix 89 is none that the tax office gives to employers
            "NUM_1099": f"89-{serial + at:07d}",
            "FEDERAL_REPORTABLE_FLAG": "Y" if person else "N",
            "TYPE_1099": "MISC7" if person else None,
            "PAYMENT_METHOD_LOOKUP_CODE": draw.choice(("CHECK", "EFT")),
            "BATCH_ID": batch,
        })  # fmt: skip
    for at, known in enumerate(draw.sample(rows("suppliers"), changed)):
        records.append({
            "IMPORT_ACTION": "UPDATE",
            "VENDOR_NAME": known["name"],
            "REMIT_ADVICE_EMAIL": f"remittance.{at + 1:02d}@example.org",
            "BATCH_ID": batch,
        })  # fmt: skip
    return {"suppliers": records}
