"""Job: jobs and their legislative information. Job families have a file of their own."""

from __future__ import annotations

from interfaces.emulator.hdl.objects import BusinessObject, Component, Reference

_LOOKUPS = {
    "LegislationCode": ("country", "FND_TERRITORIES"),
    "FullPartTime": ("full_part_time", "FullPartTime"),
    "RegularTemporary": ("permanent_temporary", "RegularTemporary"),
}

OBJECT = BusinessObject(
    "Job",
    (
        Component("Job", user_key=("JobCode", "SetCode"), unique=True, surrogate="JobId", listed="jobs"),
        Component("JobLegislative", {"Job": Reference("JobId")}, ("LegislationCode",)),
    ),
    lookups=_LOOKUPS,
    references={"JobFamilyName": ("job_families", "JobFamilyId")},
    names={"Job": ({"JobCode": "code", "SetCode": "set"}, "job")},
)
