"""The command line in a process that kills itself at a named moment.

``killed.py TRAIL "before note submitted" run ...``: a moment lies before or after a write of the journal, a call that
changes something in the pod, or the recording. All moments that pass are written to the file TRAIL. The product knows
nothing of this.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from harness.cli import main
from raid_log.deliveries import DeliveryEntry
from raid_log.store import Store

READING = ("downloadESSJobExecutionDetails", "getDocumentForDocumentId")


def watched(owner: Any, method: str, name: Callable[..., str], trail: Path, last: str) -> None:
    """Let the process die before or after ``owner.method``, where ``last`` says so. A call without name passes by."""
    wrapped = getattr(owner, method)

    def moment(when: str) -> None:
        with trail.open("a") as file:
            file.write(when + "\n")
        if when == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def call(*arguments: Any, **named: Any) -> Any:
        told = name(*arguments)
        if told:
            moment(f"before {told}")
        answer = wrapped(*arguments, **named)
        if told:
            moment(f"after {told}")
        return answer

    setattr(owner, method, call)


def operation(_: object, request: httpx.Request) -> str:
    """What a call does in the pod, "" if it only reads."""
    if request.method != "POST":
        return ""
    named = json.loads(request.content).get("OperationName") or request.url.path.rpartition("/")[2]
    return "" if named in READING else f"call {named}"


if __name__ == "__main__":
    _, trail, last, *arguments = sys.argv
    for owner, method, name in (
        (Store, "open_delivery", lambda *_: "open"),
        (DeliveryEntry, "note", lambda _, step, *__: f"note {step}"),
        (DeliveryEntry, "claim", lambda _, step, *__: f"note {step}"),
        (httpx.HTTPTransport, "handle_request", operation),
        (Store, "record", lambda *_: "record"),
    ):
        watched(owner, method, name, Path(trail), last)
    sys.argv = ["harness", *arguments]
    main()
