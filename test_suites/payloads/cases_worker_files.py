"""Cases of hr.workers: how the .dat is written. Grammar, SET, keys, names of files and components."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from interfaces.hdl import HdlDialect
from test_suites.payloads.cases_making import (
    FAULTY,
    FINE,
    REFUSED,
    WHOLE,
    Build,
    Case,
    as_bytes,
    members_of,
    on_package,
    packed,
    sent,
)
from test_suites.payloads.cases_workers import BOTH_FINE, HR, MEMBER, ZIP, A, B, two_hires
from test_suites.payloads.sources import Records, spoil

_case = partial(Case, contract=HR, file=ZIP, release="")
_ALL_FAULTY, _ALL_REFUSED = {A: FAULTY, B: FAULTY}, {A: REFUSED, B: REFUSED}
_SET = "SET PURGE_FUTURE_CHANGES N\n"


def _spoilt(file: str, number: int, **changes: str | None) -> Records:
    records = two_hires()
    spoil(records, file, number, **changes)
    return records


def text_of(records: Records) -> str:
    return members_of(HR, records)[MEMBER].decode()


def edited_hires(edit: Callable[[str], str], name: str = MEMBER) -> Build:
    """The two hires with their text changed, under a name."""
    return packed(lambda: {name: edit(text_of(two_hires())).encode()})


def replaced(old: str, new: str) -> Callable[[str], str]:
    """An edit that must find what it replaces, once."""

    def edit(text: str) -> str:
        if text.count(old) != 1:
            raise ValueError(f"{old!r} stands {text.count(old)} times in the file")
        return text.replace(old, new)

    return edit


def _second_metadata(text: str) -> str:
    lines = text.splitlines(keepends=True)
    metadata = next(line for line in lines if line.startswith("METADATA|PersonName|"))
    second = next(at for at, line in enumerate(lines) if line.startswith("MERGE|PersonName|") and "210002" in line)
    return "".join([*lines[:second], metadata, *lines[second:]])


def _hint_by_number() -> dict[str, bytes]:
    """The two hires, but one e-mail only, which hints at its person by number."""
    records = two_hires()
    del records["email"][1]
    text = text_of(records)
    begin = text.index("METADATA|PersonEmail|")
    hinted = text[begin:].replace("|PersonId(SourceSystemId)|", "|PersonId(PersonNumber)|", 1)
    return {MEMBER: (text[:begin] + hinted).encode()}


def _set_behind(text: str) -> str:
    first, _, rest = text.removeprefix(_SET).partition("\n")
    return f"{first}\n{_SET}{rest}"


def _latin(text: str) -> bytes:
    return text.replace("Sample", "Sampl\u00e9", 1).encode("latin-1")


def _with_references() -> Records:
    """Columns of the source system and a flexfield with its context on the worker's line."""
    more = {
        "SourceRefTableName=PERSON": "PERSON", "SourceRef001=EMPLID": "000471", "FLEX:PER_PERSONS_DFF": "Global Data Elements",
        "badgeColor(PER_PERSONS_DFF=Global Data Elements)": "blue",
    }  # fmt: skip
    records = two_hires()
    for row in records["worker"]:
        row |= more
    return records


def _commented(text: str) -> bytes:
    return (
        ("COMMENT two hires of November\n" + text.replace("METADATA|PersonName|", "\nMETADATA|PersonName|"))
        .replace("\n", "\r\n")
        .encode()
    )


_VALID = (
    _case("comma_as_delimiter", "SET FILE_DELIMITER , makes the comma the delimiter; a comma inside a value is escaped.",
          sent(HR, _spoilt("address", 1, AddressLine2="Building A, rear door"), HdlDialect(delimiter=",")), BOTH_FINE),
    _case("escaped_pipe_and_line_break", "Delimiter, line break and escape inside a value.",
          sent(HR, _spoilt("address", 1, AddressLine2="Building A|West\nrear \\ door")), BOTH_FINE),
    _case("source_references_and_flexfields", "SourceRef columns, a flexfield context with blanks and its attribute: all legal in METADATA.",
          sent(HR, _with_references()), BOTH_FINE),
    _case("plain_dat_with_comments_and_crlf", "A single .dat without a zip, with a comment, a blank line and CRLF.",
          lambda path: as_bytes(_commented(text_of(two_hires())))(path), BOTH_FINE, file=MEMBER),
)  # fmt: skip

_LINES = (
    _case("one_value_too_many", "An unescaped delimiter: the line has more values than METADATA has attributes.",
          edited_hires(replaced("staff.210001@example.org|Y", "staff.210001@example.org|Y|W")), {A: REFUSED, B: FINE}, {"email.shape.values": {"email": [1]}}),
    _case("metadata_twice", "One METADATA line per component in a file.",
          edited_hires(_second_metadata), _ALL_FAULTY, on_package("metadata")),
    _case("set_behind_the_metadata", "SET lines come before the first METADATA: this one does not count, so the file replaces later history.",
          edited_hires(_set_behind), BOTH_FINE, on_package("set", "future_changes")),
    _case("later_history_replaced", "Without SET PURGE_FUTURE_CHANGES N the file replaces what the pod holds for later dates.",
          sent(HR, two_hires(), HdlDialect(sets={})), BOTH_FINE, on_package("future_changes")),
    _case("line_of_no_instruction", "A trailer record of the old system: no line of HDL begins so.",
          edited_hires(lambda text: f"{text}TRAILER|2\n"), _ALL_FAULTY, on_package("instruction")),
    _case("component_of_another_object", "Salary is no component of Worker; its lines belong into Salary.dat.",
          edited_hires(lambda text: f"{text}METADATA|Salary|SalaryAmount\nMERGE|Salary|41000\n"), _ALL_REFUSED, on_package("discriminator")),
    # Fusion refuses a file with an unknown attribute whole; but no list of attributes here is complete
    _case("attribute_unknown", "NickName is on no list of PersonName.",
          sent(HR, _spoilt("name", 1, NickName="Sam")), BOTH_FINE, {"name.NickName.unlisted": {"name": WHOLE}}),
    _case("attribute_in_another_case", "Attribute names are case-sensitive: Lastname is unknown, and LastName is missing.",
          edited_hires(replaced("|LastName|", "|Lastname|")), _ALL_REFUSED,
          {"name.Lastname.unlisted": {"name": WHOLE}, "name.LastName.required": {"name": [1, 2]}}),
    # without a hint that holds, nobody knows whose the e-mail is
    _case("hint_by_user_key", "Only source keys and GUIDs are hints: PersonId(PersonNumber) is refused.",
          packed(_hint_by_number), {**BOTH_FINE, "LAWSON": REFUSED},
          {"email.shape.hint": {"email": WHOLE}, "email.parent": {"email": [1]}}),
    _case("latin_1_bytes", "Bytes that are no UTF-8 in a name.",
          packed(lambda: {MEMBER: _latin(text_of(two_hires()))}), {A: FAULTY, B: FINE}, {"name.shape.unreadable": {"name": [1]}}),
    _case("byte_order_mark", "The file is read; whether Fusion minds is not known.",
          sent(HR, two_hires(), HdlDialect(bom=True)), BOTH_FINE, on_package("notation")),
)  # fmt: skip

_NAMES = (
    _case("file_named_after_a_component", "Assignment.dat was refused on a pod, the same content as Worker.dat loads.",
          edited_hires(str, "Assignment.dat"), _ALL_REFUSED, on_package("file_name")),
    _case("file_name_in_small_letters", "worker.dat differs in case only; nobody has shown what Fusion does.",
          edited_hires(str, "worker.dat"), BOTH_FINE, on_package("member_case")),
    _case("file_in_a_folder", "Only BlobFiles and ClobFiles are folders of an HDL zip.",
          edited_hires(str, f"export/{MEMBER}"), BOTH_FINE, on_package("folder")),
)  # fmt: skip

WORKER_FILES: tuple[Case, ...] = (*_VALID, *_LINES, *_NAMES)
