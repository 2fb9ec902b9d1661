"""What goes wrong on real pods, each under a name, to be turned on alone or together, always or at random."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Mapping

from interfaces.emulator.errors import EmulatorError

CALLS: Mapping[str, str] = {
    "unreachable": "no connection is made",
    "lost_request": "the connection is cut before the pod has done anything",
    "lost_reply": "the pod does it, then the connection is cut",
    "unauthorized": "401, as for a wrong password",
    "too_many_requests": "429 with Retry-After",
    "unavailable": "503",
    "plain_text_error": "500 with an error in plain text",
    "html_error": "502 with a page in HTML",
    "huge_reply": "the pod does it, then answers with 10 GB",
}
"""Faults of a single call: at most one of them strikes."""
OTHERS: Mapping[str, str] = {
    "minus_one": "a submission is answered by ReqstId -1",
    "replica_lag": "new requests, documents and data sets are not found for some seconds",
    "empty_status": "the status of a request is empty for some time",
    "foreign_request": "a request is taken for another user's: empty status for ever, no download",
    "jobs_as_object": "JOBS of the execution details is an object with the import as a child, not a list",
    "mtom": "downloads come as a multipart answer",
    "spaced_status": "states with blanks, and CANCELED",
    "number_id": "ReqstId is a number, not text",
    "warning_child": "an import SUCCEEDED whose child ended in WARNING",
    "silent_zero_rows": "an import selects nothing and SUCCEEDED",
    "dropped_argument": "an empty argument is lost in transit, and those behind it move up",
    "json_string_result": "result of an HDL action is a JSON string, not an object",
    "slow_import": "an import takes two hours",
}
FAULTS: Mapping[str, str] = {**CALLS, **OTHERS}
"""Every fault: name -> what happens."""


class Faults:
    """The faults that are turned on. Each strikes with probability ``rate``, the same ones again for the same seed."""

    def __init__(self, names: Iterable[str] = (), *, rate: float = 1.0, seed: int = 0) -> None:
        self.names = tuple(dict.fromkeys(names))
        unknown = [name for name in self.names if name not in FAULTS]
        if unknown:
            known = "".join(f"\n     {name}: {what}" for name, what in FAULTS.items())
            raise EmulatorError(f"no such fault: {', '.join(unknown)}", where="--faults", todo=f"choose from{known}")
        if not 0 <= rate <= 1:
            raise EmulatorError(f"a rate of {rate:g}", where="--faults", todo="give a probability from 0 to 1")
        self._rate = rate
        self._seed = seed
        self._calls = [name for name in self.names if name in CALLS]
        self._drawn = random.Random(seed)  # noqa: S311 - chance, not secrecy

    @classmethod
    def parse(cls, text: str, *, rate: float = 1.0, seed: int = 0) -> Faults:
        """Return the faults named in a comma list, every one for ``all``. Raises EmulatorError for an unknown name."""
        names = [name.strip() for name in text.split(",") if name.strip()]
        return cls(FAULTS if names == ["all"] else names, rate=rate, seed=seed)

    def of_call(self) -> str:
        """The fault that strikes the call at hand, "" for none."""
        if self._calls and self._drawn.random() < self._rate:
            return self._drawn.choice(self._calls)
        return ""

    def strikes(self, name: str, about: Hashable) -> bool:
        """True if the fault strikes this thing. Asked again about the same thing, the answer is the same."""
        if name not in self.names:
            return False
        return random.Random(f"{self._seed} {name} {about}").random() < self._rate  # noqa: S311
