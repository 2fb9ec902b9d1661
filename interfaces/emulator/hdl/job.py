"""Job: jobs and their legislative information. Job families have a file of their own."""

from __future__ import annotations

from interfaces.emulator.hdl.objects import BusinessObject, Component, Reference

_LOOKUPS = {
    "LegislationCode": ("country", "FND_TERRITORIES"),
    "FullPartTime": ("full_part_time", "FullPartTime"),
    "RegularTemporary": ("permanent_temporary", "RegularTemporary"),
}

# The set of a job is left out of its key, because the list of jobs has codes only.
OBJECT = BusinessObject(
    "Job",
    (
        Component("Job", user_key=("JobCode",), unique=True, surrogate="JobId"),
        Component("JobLegislative", {"Job": Reference("JobId")}, ("LegislationCode",)),
    ),
    lookups=_LOOKUPS,
    references={"JobFamilyName": ("job_family", "JobFamilyId")},
    names={"Job": ("JobCode", "job")},
)
