"""How a case stands on disk: ``expected.yaml`` and the payload beside it, read and written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from contracts import ContractError
from harness.cases import EXPECTED, Approval, Case
from harness.errors import UsageError
from harness.judgement import Findings, Judgement

DEFECT = re.compile(r"(RAID-\d{4,9})?")
"""How a case names its defect: the id of an item of the RAID log, or blank."""
_KEYS = ("why", "since", "defect", "contract", "profile", "release", "as_of", "findings", "units")


class _Plain(yaml.SafeDumper):
    """No anchors: a day that stands twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def read_case(folder: Path) -> Case:
    """Return the case in ``folder``. Raises ContractError where expected.yaml or the payload is not as it must be."""
    folder = folder.resolve()
    where = folder / EXPECTED
    payloads = [path for path in sorted(folder.iterdir()) if path.name != EXPECTED]
    if len(payloads) != 1:
        raise ContractError("a case has one payload", where=str(folder), todo=f"leave one file beside {EXPECTED}")
    try:
        # all scalars as text: a unit may be called 0110
        data = yaml.load(where.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        case = _case(folder, payloads[0], data)
    except (yaml.YAMLError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        what, todo = f"{EXPECTED} cannot be used: {error}", f"write {', '.join(_KEYS)}; approved is optional"
        raise ContractError(what, where=str(where), todo=todo) from error
    if case.contract != folder.parent.name:
        what = f"contract {case.contract} is not the folder's"
        raise ContractError(what, where=str(where), todo="move or correct it")
    return case


def write_case(case: Case) -> None:
    """Write ``expected.yaml`` of a case, and copy its payload where it lies elsewhere. Raises UsageError if it cannot.

    The same case gives the same bytes.
    """
    text = yaml.dump(
        _data(case), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )
    text = text.replace("? ''\n    :", "'':")  # an empty key, as people write it
    try:
        case.folder.mkdir(parents=True, exist_ok=True)
        if case.payload.parent.resolve() != case.folder.resolve():
            shutil.copyfile(case.payload, case.folder / case.payload.name)
        (case.folder / EXPECTED).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        what = f"the case cannot be written: {error.strerror or error}"
        raise UsageError(what, where=str(case.folder), todo="make the folder writable") from error


def _case(folder: Path, payload: Path, data: Mapping[str, Any]) -> Case:
    if surplus := {*data, "approved"} ^ {*_KEYS, "approved"}:
        raise ValueError(f"keys {', '.join(sorted(surplus))}")
    facts = {name: _text(data, name) for name in ("why", "defect", "contract", "profile", "release")}
    if not DEFECT.fullmatch(facts["defect"]):
        raise ValueError(f"defect: {facts['defect']} is not like RAID-0042")
    return Case(
        folder,
        payload,
        since=date.fromisoformat(data["since"]),
        as_of=date.fromisoformat(data["as_of"]),
        expected=Judgement(_findings(data["findings"] or {}), _units(data["units"] or {})),
        approved=tuple(_approval(one) for one in data.get("approved") or ()),
        **facts,
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    text = data[name]
    if not isinstance(text, str):
        raise ValueError(f"{name} is no text")
    return text


def _findings(data: Mapping[str, Any]) -> Findings:
    return {
        rule: {file: sorted({int(record) for record in records or ()}) for file, records in files.items()}
        for rule, files in data.items()
    }


def _units(data: Mapping[str, Any]) -> Mapping[str, tuple[bool, str]]:
    return {label: (_yes(verdict["conforms"]), verdict["predicted"]) for label, verdict in data.items()}


def _yes(text: str) -> bool:
    if text.lower() not in ("true", "yes", "false", "no"):
        raise ValueError(f"conforms: {text}")
    return text.lower() in ("true", "yes")


def _approval(data: Mapping[str, Any]) -> Approval:
    return Approval(date.fromisoformat(data["day"]), _text(data, "by"), _text(data, "why"))


def _data(case: Case) -> dict[str, Any]:
    """The content of ``expected.yaml``."""
    expected = case.expected
    history = [{"day": one.day, "by": one.by, "why": one.why} for one in case.approved]
    return {
        **{name: getattr(case, name) for name in _KEYS[:-2]},
        "findings": {rule: {file: [*rows] for file, rows in at.items()} for rule, at in expected.findings.items()},
        "units": {label: {"conforms": yes, "predicted": what} for label, (yes, what) in expected.units.items()},
        **({"approved": history} if history else {}),
    }
