"""Workers as recruiting and the legacy system send them: hires with all their parts, and changes of known people.

Names are colours and trees, telephone numbers end in 555-01xx, e-mails are at example.org. Two social security numbers
occur, both specimens that the authority has declared void.
"""

from __future__ import annotations

from datetime import date

from test_suites.payloads.sources import Records, Row, chance, rows

_FIRST = (
    "Amber",
    "Azure",
    "Coral",
    "Crimson",
    "Ebony",
    "Hazel",
    "Indigo",
    "Ivory",
    "Jade",
    "Olive",
    "Ruby",
    "Sienna",
    "Teal",
    "Violet",
)
_LAST = (
    "Alder",
    "Ash",
    "Beech",
    "Birch",
    "Cedar",
    "Elm",
    "Hawthorn",
    "Juniper",
    "Larch",
    "Linden",
    "Maple",
    "Oakes",
    "Pine",
    "Rowan",
)
VOID_NUMBERS = ("078-05-1120", "219-09-9999")
"""Specimens: printed on a wallet card and in a leaflet, void ever since."""

_JOBS = (("TCH-ELEM", "T01"), ("TCH-MID", "T02"), ("TCH-HIGH", "T03"))
FILES = (
    "worker",
    "name",
    "email",
    "phone",
    "address",
    "legislative",
    "relationship",
    "terms",
    "assignment",
    "national_id",
)


def hires(start: date, owner: str, first: int, count: int) -> Records:
    """``count`` hires of a day with numbers from ``first``, all parts of a new worker."""
    draw = chance(f"hires {start} {owner} {first}")
    schools = rows("location")
    records: Records = {name: [] for name in FILES}
    for at in range(count):
        number = str(first + at)
        key = f"{owner[:3]}_{number}"
        school = draw.choice([one for one in schools if one["name"] in _departments()])
        _person(records, owner, key, number, start, draw.choice(_FIRST), draw.choice(_LAST), at)
        _employment(records, owner, key, number, start, school, draw.choice(_JOBS))
        if at < len(VOID_NUMBERS):
            records["national_id"].append({
                "SourceSystemOwner": owner, "SourceSystemId": f"{key}_ID", "PersonId(SourceSystemId)": key, "LegislationCode": "US",
                "NationalIdentifierType": "SSN", "NationalIdentifierNumber": VOID_NUMBERS[at], "PrimaryFlag": "Y",
            })  # fmt: skip
    return {name: lines for name, lines in records.items() if lines}


def moves(day: date, count: int) -> Records:
    """``count`` known people get another e-mail address: an incremental file that holds children only."""
    draw = chance(f"moves {day}")
    known = [row for row in rows("workers") if row["SourceSystemOwner"] == "LAWSON"]
    lines: list[Row] = [
        {
            "SourceSystemOwner": "LAWSON", "SourceSystemId": f"{row['SourceSystemId']}_W1", "PersonId(SourceSystemId)": row["SourceSystemId"],
            "DateFrom": day.isoformat(), "EmailType": "W1", "EmailAddress": f"staff.{row['PersonNumber']}@example.org", "PrimaryFlag": "Y",
        }
        for row in draw.sample(known, count)
    ]  # fmt: skip
    return {"email": lines}


def _departments() -> frozenset[str]:
    return frozenset(row["name"] for row in rows("department"))


def _person(records: Records, owner: str, key: str, number: str, start: date, first: str, last: str, at: int) -> None:
    begin = start.isoformat()
    child = {"SourceSystemOwner": owner, "PersonId(SourceSystemId)": key}
    records["worker"].append({
        "SourceSystemOwner": owner, "SourceSystemId": key, "PersonNumber": number, "EffectiveStartDate": begin,
        "StartDate": begin, "DateOfBirth": f"{1965 + at % 35}-{1 + at % 12:02d}-{1 + at % 28:02d}", "ActionCode": "HIRE",
    })  # fmt: skip
    records["name"].append({
        **child, "SourceSystemId": f"{key}_NM", "EffectiveStartDate": begin, "LegislationCode": "US", "NameType": "GLOBAL",
        "LastName": last, "FirstName": first,
    })  # fmt: skip
    records["email"].append({
        **child, "SourceSystemId": f"{key}_W1", "DateFrom": begin, "EmailType": "W1",
        "EmailAddress": f"staff.{number}@example.org", "PrimaryFlag": "Y",
    })  # fmt: skip
    records["phone"].append({
        **child, "SourceSystemId": f"{key}_PH", "LegislationCode": "US", "DateFrom": begin, "PhoneType": "H1",
        "CountryCodeNumber": "1", "AreaCode": "704", "PhoneNumber": f"555-01{at % 100:02d}", "PrimaryFlag": "Y",
    })  # fmt: skip
    records["address"].append({
        **child, "SourceSystemId": f"{key}_AD", "EffectiveStartDate": begin, "AddressType": "HOME",
        "AddressLine1": f"{100 + at} Example Street", "TownOrCity": "Sampletown", "Region2": "NC", "PostalCode": "28200",
        "Country": "US", "PrimaryFlag": "Y",
    })  # fmt: skip
    records["legislative"].append({
        **child, "SourceSystemId": f"{key}_LD", "EffectiveStartDate": begin, "LegislationCode": "US", "Sex": "FM"[at % 2],
    })  # fmt: skip


def _employment(
    records: Records, owner: str, key: str, number: str, start: date, school: dict[str, str], job: tuple[str, str]
) -> None:
    begin, employer = start.isoformat(), "District Board of Education"
    relation = {"SourceSystemOwner": owner, "PeriodOfServiceId(SourceSystemId)": f"{key}_WR"}
    change = {"ActionCode": "HIRE", "EffectiveStartDate": begin, "EffectiveSequence": "1", "EffectiveLatestChange": "Y"}
    records["relationship"].append({
        "SourceSystemOwner": owner, "SourceSystemId": f"{key}_WR", "PersonId(SourceSystemId)": key,
        "LegalEmployerName": employer, "DateStart": begin, "WorkerType": "E", "PrimaryFlag": "Y", "ActionCode": "HIRE",
    })  # fmt: skip
    records["terms"].append({
        **relation, **change, "SourceSystemId": f"{key}_ET", "AssignmentNumber": f"ET{number}", "AssignmentType": "ET",
        "LegalEmployerName": employer, "BusinessUnitShortCode": "District Business Unit", "PrimaryWorkTermsFlag": "Y",
    })  # fmt: skip
    records["assignment"].append({
        **relation, **change, "SourceSystemId": f"{key}_AS", "WorkTermsAssignmentId(SourceSystemId)": f"{key}_ET",
        "AssignmentNumber": f"E{number}", "AssignmentType": "E", "AssignmentStatusTypeCode": "ACTIVE_PROCESS",
        "PersonTypeCode": "Employee", "BusinessUnitShortCode": "District Business Unit", "PrimaryAssignmentFlag": "Y",
        "JobCode": job[0], "GradeCode": job[1], "DepartmentName": school["name"], "LocationCode": school["code"],
        "AssignmentCategory": "FR", "FullPartTime": "FULL_TIME", "PermanentTemporary": "R", "HourlySalariedCode": "S",
        "NormalHours": "40", "Frequency": "W",
    })  # fmt: skip
