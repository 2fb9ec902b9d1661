"""Position: positions of a business unit. The position hierarchy has a file of its own."""

from __future__ import annotations

from interfaces.emulator.hdl.objects import BusinessObject, Component, Pointer

OBJECT = BusinessObject(
    "Position",
    (
        Component(
            "Position",
            user_key=("BusinessUnitName", "PositionCode"),
            surrogate="PositionId",
            listed="positions",
            points=(
                Pointer({"JobCode": "code", "JobSetCode": "set"}, "job", "JobId"),
                Pointer({"LocationCode": "code", "LocationSetCode": "set"}, "location", "LocationId"),
            ),
        ),
    ),
    lookups={
        "FullPartTime": ("full_part_time", "FullPartTime"),
        "RegularTemporary": ("permanent_temporary", "RegularTemporary"),
    },
    references={
        "BusinessUnitName": ("business_units", "BusinessUnitId"),
        "DepartmentName": ("department", "OrganizationId"),
        "JobCode": ("job", "JobId"),
        "LocationCode": ("location", "LocationId"),
        "EntryGradeCode": ("grade", "GradeId"),
    },
    names={"Position": ({"PositionCode": "code"}, "position")},
)
