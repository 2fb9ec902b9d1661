"""A small pod, a good hire, and .dat files made of records; written here by hand, so that no writer hides a mistake."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from contracts import code_table
from interfaces.emulator.hdl import load
from interfaces.emulator.jobs import HdlResult
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Tables

Record = tuple[str, str, dict[str, str]]
"""Operation, component, values."""

EMPLOYER = "Demo Legal Employer"


def codes(name: str, *values: str) -> list[dict[str, str]]:
    return [{name: value} for value in values]


LISTS: Mapping[str, Sequence[Mapping[str, str]]] = {
    "source_owner": codes("code", "LEGACY", "RECRUITING"),
    "actions": codes("code", "HIRE", "ADD_CWK", "ADD_PEN_WKR", "REHIRE", "ASG_CHANGE", "TERMINATION"),
    "country": codes("code", "US"),
    "name_type": codes("code", "GLOBAL", "US"),
    "email_type": codes("code", "W1", "H1"),
    "phone_type": codes("code", "W1", "H1"),
    "legal_employers": codes("name", EMPLOYER),
    "business_units": codes("name", "Demo Unit"),
    "assignment_status": codes("code", "ACTIVE_PROCESS"),
    "job": codes("code", "CLERK"),
    "grade": codes("code", "G1"),
    "department": codes("name", "Demo Department"),
    "location": codes("code", "MAIN"),
    "frequency": codes("code", "W"),
    "workers": [
        {"SourceSystemOwner": "LEGACY", "SourceSystemId": "P-100", "PersonNumber": "100"},
        {"SourceSystemOwner": "", "SourceSystemId": "", "PersonNumber": "300"},
    ],
    "work_relationships": [
        {
            "SourceSystemOwner": "LEGACY", "SourceSystemId": "WR-100", "PersonNumber": "100",
            "LegalEmployerName": EMPLOYER, "DateStart": "2024/08/01", "WorkerType": "E",
        }
    ],
    "work_terms": [{"SourceSystemOwner": "LEGACY", "SourceSystemId": "ET-100", "AssignmentNumber": "ET100"}],
}  # fmt: skip


def pod(**lists: Sequence[Mapping[str, str]] | None) -> Setup:
    """The set-up with some lists replaced; None takes one away."""
    return Setup({name: rows for name, rows in {**LISTS, **lists}.items() if rows is not None})


def merge(component: str, **values: str) -> Record:
    return "MERGE", component, {name.replace("__", "(") + ")" * ("__" in name): text for name, text in values.items()}


def delete(component: str, **values: str) -> Record:
    return ("DELETE", *merge(component, **values)[1:])


def hire(number: str = "1", **changes: Mapping[str, str] | None) -> list[Record]:
    """Every part of a new worker; ``changes`` by component, None leaves the part out."""
    day, person = {"EffectiveStartDate": "2026/08/03"}, {"PersonId(SourceSystemId)": f"P-{number}"}
    change = {**day, "ActionCode": "HIRE", "EffectiveSequence": "1", "EffectiveLatestChange": "Y"}
    parts: dict[str, dict[str, str]] = {
        "Worker": {**day, "PersonNumber": number, "StartDate": "2026/08/03", "ActionCode": "HIRE"},
        "PersonName": {**person, **day, "LegislationCode": "US", "NameType": "GLOBAL", "LastName": "Sample"},
        "PersonEmail": {
            **person, "DateFrom": "2026/08/03", "EmailType": "W1", "EmailAddress": "a@example.org", "PrimaryFlag": "Y",
        },
        "WorkRelationship": {
            **person, "LegalEmployerName": EMPLOYER, "DateStart": "2026/08/03", "WorkerType": "E", "PrimaryFlag": "Y",
            "ActionCode": "HIRE",
        },
        "WorkTerms": {
            **change, "PeriodOfServiceId(SourceSystemId)": f"WR-{number}", "AssignmentNumber": f"ET{number}",
            "LegalEmployerName": EMPLOYER, "PrimaryWorkTermsFlag": "Y",
        },
        "Assignment": {
            **change, "WorkTermsAssignmentId(SourceSystemId)": f"ET-{number}", "AssignmentNumber": f"E{number}",
            "AssignmentStatusTypeCode": "ACTIVE_PROCESS", "PrimaryAssignmentFlag": "Y", "JobCode": "CLERK",
        },
    }  # fmt: skip
    ids = dict(zip(parts, ("P", "NM", "EM", "WR", "ET", "AS"), strict=True))
    records: list[Record] = []
    for component, values in parts.items():
        changed = changes.get(component, {})
        if changed is not None:
            key = {"SourceSystemOwner": "LEGACY", "SourceSystemId": f"{ids[component]}-{number}"}
            records.append(("MERGE", component, {**key, **values, **changed}))
    return records


def dat(records: Sequence[Record], *, head: str = "", delimiter: str = "|", ending: str = "\n") -> bytes:
    """A .dat of the records, one METADATA line per component."""
    lines = [head] if head else []
    for component in dict.fromkeys(component for _, component, _ in records):
        own = [(operation, values) for operation, name, values in records if name == component]
        names = list(dict.fromkeys(name for _, values in own for name in values))
        lines.append(delimiter.join(["METADATA", component, *names]))
        for operation, values in own:
            lines.append(delimiter.join([operation, component, *(values.get(name, "") for name in names)]))
    return (ending.join(lines) + ending).encode()


def packed(**members: bytes) -> bytes:
    """A zip of .dat files by object."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.dat", data)
    return out.getvalue()


def loaded(
    records: Sequence[Record],
    tables: Tables | None = None,
    setup: Setup | None = None,
    *,
    object_: str = "Worker",
    **how: Any,
) -> HdlResult:
    """What becomes of a file of these records."""
    return load(packed(**{object_: dat(records, **how)}), "upload.zip", tables or Tables(), setup or pod())


def said(result: HdlResult) -> list[tuple[str, str, str]]:
    """Phase, component and code of every message; of one without a code its text."""
    return [
        (str(one["OriginatingProcessCode"]), str(one["BusinessObjectDiscriminator"]), code_of(str(one["MessageText"])))
        for one in result.messages
    ]


def code_of(text: str) -> str:
    table = code_table("hdl").values()
    return next((one.id for one in table if (re.search(one.pattern, text) if one.pattern else one.code in text)), text)


def counts(result: HdlResult) -> tuple[tuple[int, int], tuple[int, int]]:
    """Lines good and bad, objects good and bad."""
    return (result.lines_ok, result.lines_error), (result.objects_ok, result.objects_error)
