"""What must be written down while a payload is sent, so that a crash at any moment never sends it twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

Step = Literal[
    "intended",
    "uploading",
    "uploaded",
    "submitting",
    "submitted",
    "importing",
    "imported",
    "ended",
    "read",
    "refused",
    "not_sent",
    "unknown",
]
"""What has happened to a submission, in this order. The last three may follow any call.

    intended    by whoever opens the entry: payload hash, interface, cycle, document name
    uploading   a file is about to be stored                  uploaded    document_id
    submitting  a load is about to be asked for               submitted   request
    importing   the import of loaded rows is about to be      imported    import_request
                asked for by a call of its own                          (of a second one: import_request_2)
    ended       by whoever follows the request: state         read        by whoever fetched the reports
    refused     reason: the pod did nothing                   not_sent    reason: nothing left this machine
    unknown     lost_request or lost_import_request: the evidence; the pod may have taken the call

An import that was refused or not sent goes back to ``submitted`` with its reason, because the load was taken; after a
lost call a resend that came to nothing goes back to ``unknown``.

Only between ``submitting`` and ``submitted``, and ``importing`` and ``imported``, may the pod do something that
must not be done twice. A document that is merely stored sets nothing off.
"""


class Entry(Protocol):
    """The journal of one submission."""

    @property
    def step(self) -> str:
        """The step noted last."""

    @property
    def facts(self) -> Mapping[str, str]:
        """All facts noted so far; a later one replaces an earlier one of the same name."""

    def note(self, step: Step, /, **facts: str) -> None:
        """Write a step and its facts. They must survive a crash as soon as this returns."""
