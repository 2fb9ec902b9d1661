"""Sending a payload, never twice.

Each call that sets work off is noted before it is made and its request id after it. Where the note of the id is
missing, the call may have been taken: it is looked for under the unique name of its document, and never simply
repeated. What cannot be found is unknown, and only a person may send it again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from interfaces.fusion.client import LOADER, Client
from interfaces.fusion.errors import FusionError, LostReply, NotSent, Refused, Unknown
from interfaces.fusion.journal import Entry, Step

LOOKS = (0.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds before each look for a lost call: what is new appears late, because the pod reads from replicas."""

_NAME = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z]+")


@dataclass(frozen=True)
class Order:
    """What is to be sent. ``document`` is the file's name in the pod: unique for this intent, and its part before the
    dot no beginning of another's, because lost calls are found by it. It is the name of an HCM data set, too.

    ``route`` of a file-based import: "bulk" sends, loads and imports in one call; "steps" stores, loads, and leaves the
    import to ``send_import``, once the load has ended. Raises FusionError for a name with other signs than letters,
    digits, _ and -.
    """

    channel: Literal["fbdi", "hdl"]
    interface: str  # as people call it
    document: str  # gl_journals-20261120-4f9c21.zip
    content: bytes
    account: str = ""  # UCM account
    option: str = ""  # interface option id
    job: str = ""  # package,definition of the import
    parameters: Sequence[str] = ()  # its slots
    route: Literal["bulk", "steps"] = "bulk"
    purge: bool = False  # the pod may delete the interface rows afterwards

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.document):
            todo = "use letters, digits, _ and -, and one dot before the suffix"
            raise FusionError(f"no name for a document: {self.document!r}", where=self.interface, todo=todo)

    @property
    def prefix(self) -> str:
        """The document's name without its suffix."""
        return self.document.partition(".")[0]


def send(
    client: Client,
    order: Order,
    entry: Entry,
    *,
    resend_unknown: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    looks: Sequence[float] = LOOKS,
) -> str:
    """Send the order unless the entry says that it was sent; return the id of the load request or data set.

    Can be called again after any end, also after a crash; a call that may have been taken is looked for first.
    Raises Refused and NotSent (calling again sends), Unknown (only ``resend_unknown`` sends again).
    """
    caution = _Caution(entry, resend_unknown, sleep, looks)
    return caution.once(_submission(client, order, caution))


def send_import(
    client: Client,
    order: Order,
    entry: Entry,
    *,
    number: int = 1,
    resend_unknown: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    looks: Sequence[float] = LOOKS,
) -> str:
    """Submit an import of rows that ``send`` has loaded, as carefully as it does; return the id of its request.

    An order by steps needs it once; one whose rows need several imports, once per ``number``, each with parameters of
    its own.
    """
    package, definition = _split(order.job)
    load = int(entry.facts["request"])

    def look() -> tuple[str, str]:
        later = [found for found in client.requests_of(definition, order.parameters) if found > load]
        return str(later[0]) if later else "", f"no request of {definition} with the same parameters after {load}"

    def make() -> str:
        return str(client.submit(package, definition, order.parameters))

    fact = "import_request" if number == 1 else f"import_request_{number}"
    call = _Call("importing", "imported", fact, make, look)
    return _Caution(entry, resend_unknown, sleep, looks).once(call)


@dataclass(frozen=True)
class _Call:
    """A call that must not be made twice."""

    doing: Step
    done: Step
    fact: str  # under which the id is noted
    make: Callable[[], str]  # returns the id
    look: Callable[[], tuple[str, str]]  # returns the id of an earlier one or "", and what was seen instead
    before: Callable[[], None] = lambda: None  # what it needs, and sets nothing off


@dataclass(frozen=True)
class _Caution:
    """How calls are made: under whose eyes, and with how much patience."""

    entry: Entry
    resend_unknown: bool
    sleep: Callable[[float], None]
    looks: Sequence[float]

    def once(self, call: _Call) -> str:
        """The id of the call: noted before, found, or made now."""
        if known := self.entry.facts.get(call.fact):
            return known
        # Once lost stays lost: after a person's resend that was refused, the first call may still turn up.
        if self.entry.step == call.doing or f"lost_{call.fact}" in self.entry.facts:
            found, evidence = self._search(call.look)
            if found:
                return self._adopted(call, found)
            if not self.resend_unknown:
                raise self._unknown(call, f"an earlier call was interrupted; {evidence}")
        return self._made(call)

    def _made(self, call: _Call) -> str:
        call.before()
        self.entry.note(call.doing)
        try:
            made = call.make()
        except (NotSent, Refused) as error:
            self._undone(call, error)
            raise
        except LostReply as error:
            lost = error.what
        else:
            self.entry.note(call.done, **{call.fact: made})
            return made
        found, evidence = self._search(call.look)
        if found:
            return self._adopted(call, found)
        raise self._unknown(call, f"{lost}; {evidence}")

    def _undone(self, call: _Call, error: NotSent | Refused) -> None:
        """Note that the call came to nothing; the order is over only if no earlier call of it may have been taken."""
        if f"lost_{call.fact}" in self.entry.facts:
            self.entry.note("unknown", reason=error.what)
        elif call.doing == "importing":  # its load was taken
            self.entry.note("submitted", reason=error.what)
        else:
            _note(self.entry, error)

    def _adopted(self, call: _Call, found: str) -> str:
        self.entry.note(call.done, **{call.fact: found, "adopted": "yes"})
        return found

    def _unknown(self, call: _Call, evidence: str) -> Unknown:
        self.entry.note("unknown", **{f"lost_{call.fact}": evidence})
        todo = "look into the pod; send it again by --resend-unknown only if it is certainly not there"
        return Unknown(f"whether the pod took the call cannot be told: {evidence}", todo=todo)

    def _search(self, look: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        """What was found, or "" and the evidence of all looks. A look that fails has seen nothing."""
        evidence = "it was not looked for"
        for pause in self.looks:
            self.sleep(pause)
            try:
                found, evidence = look()
            except Refused as error:  # asking again with the same password only locks the user
                return "", f"the pod could not be asked: {error.what}"
            except FusionError as error:
                found, evidence = "", f"the pod could not be asked: {error.what}"
            if found:
                return found, ""
        return "", f"{evidence} ({len(self.looks)} looks in {sum(self.looks):.0f} s)"


def _submission(client: Client, order: Order, caution: _Caution) -> _Call:
    """The call that sets the load off."""
    if order.channel == "hdl":
        return _data_set(client, order, caution.entry)
    return _bulk_import(client, order) if order.route == "bulk" else _load(client, order, caution.entry)


def _bulk_import(client: Client, order: Order) -> _Call:
    def make() -> str:
        request = client.import_bulk_data(
            order.document,
            order.content,
            account=order.account,
            job=order.job,
            parameters=order.parameters,
            option=order.option,
            purge=order.purge,
        )
        return str(request)

    def look() -> tuple[str, str]:
        stored = client.documents(order.prefix)
        loads = [load for document in stored if (load := client.load_of_document(document))]
        if loads:
            return str(max(loads)), ""
        seen = f"document {', '.join(stored)} is there, but no load of it" if stored else "no such document"
        return "", f"{order.document}: {seen}"

    return _Call("submitting", "submitted", "request", make, look)


def _load(client: Client, order: Order, entry: Entry) -> _Call:
    def before() -> None:
        _store(entry, lambda: client.upload(order.document, order.content, account=order.account))

    def make() -> str:
        return str(client.submit(*LOADER, [order.option, entry.facts["document_id"], "N", "N"]))

    def look() -> tuple[str, str]:
        document = entry.facts["document_id"]
        load = client.load_of_document(document)
        return str(load) if load else "", f"no load of document {document}"

    return _Call("submitting", "submitted", "request", make, look, before)


def _data_set(client: Client, order: Order, entry: Entry) -> _Call:
    def before() -> None:
        _store(entry, lambda: client.hdl_upload(order.document, order.content))

    def make() -> str:
        return client.hdl_create(entry.facts["document_id"], order.document)

    def look() -> tuple[str, str]:
        return client.hdl_find(order.document) or "", f"no data set {order.document}"

    return _Call("submitting", "submitted", "request", make, look, before)


def _store(entry: Entry, put: Callable[[], str]) -> None:
    """Store the file unless it is known to be stored. Storing it twice sets nothing off, so it is not looked for."""
    if entry.facts.get("document_id"):
        return
    entry.note("uploading")
    try:
        document = put()
    except LostReply as error:
        entry.note("not_sent", reason=error.what)
        what = f"the file may not be stored, and nothing was done with it: {error.what}"
        raise NotSent(what, where=error.where, todo=error.todo) from None
    except (NotSent, Refused) as error:
        _note(entry, error)
        raise
    entry.note("uploaded", document_id=document)


def _note(entry: Entry, error: NotSent | Refused) -> None:
    entry.note("not_sent" if isinstance(error, NotSent) else "refused", reason=error.what)


def _split(job: str) -> tuple[str, str]:
    package, _, definition = job.replace(";", ",").partition(",")
    return package.strip(), definition.strip()
