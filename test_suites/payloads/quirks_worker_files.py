"""Further cases of hr.workers: how a .dat is written, from what real files and loads have shown."""

from __future__ import annotations

from functools import partial

from interfaces.hdl import HdlDialect
from test_suites.payloads.cases_making import (
    FAULTY,
    FINE,
    REFUSED,
    SECOND,
    Build,
    Case,
    Members,
    archive,
    as_bytes,
    encrypted,
    members_of,
    on_package,
    packed,
    sent,
)
from test_suites.payloads.cases_worker_files import replaced
from test_suites.payloads.cases_workers import BOTH_FINE, HR, MEMBER, ZIP, by_number, spoilt_hires, two_hires
from test_suites.payloads.sources import Records, spoil

_case = partial(Case, contract=HR, file=ZIP, release="", since=SECOND)
_MAILS = {"100100": FINE, "100107": FINE}
_MAILS_FAULTY = {"100100": FAULTY, "100107": FAULTY}


def _mails(old: str = "", new: str = "", *beside: tuple[str, bytes]) -> Build:
    """Two e-mails of known workers and nothing else, one text replaced; further members beside it."""
    edit = replaced(old, new) if old else str
    return packed(lambda: {MEMBER: edit(members_of(HR, by_number())[MEMBER].decode()).encode(), **dict(beside)})


def _date_twice() -> Members:
    text = members_of(HR, by_number())[MEMBER].decode()
    return {
        MEMBER: text.replace("|DateFrom|", "|DateFrom|DateFrom|")
        .replace("|2026/11/16|", "|2026/11/16|2026/11/17|")
        .encode()
    }


def _broken_line() -> Records:
    records = two_hires()
    spoil(records, "address", 1, AddressLine2="Building A\nrear door")
    return records


def _data_first() -> Build:
    """The first e-mail above its METADATA line."""

    def text() -> bytes:
        lines = members_of(HR, by_number())[MEMBER].decode().splitlines(keepends=True)
        metadata = next(at for at, line in enumerate(lines) if line.startswith("METADATA|"))
        lines.insert(metadata, lines.pop(metadata + 1))
        return "".join(lines).encode()

    return packed(lambda: {MEMBER: text()})


_VALID = (
    _case("newline_token_of_a_word", "SET FILE_NEWLINE may name a token of several letters: \\newline is the line break then.",
          sent(HR, _broken_line(), HdlDialect(delimiter=",", line_break="newline")), BOTH_FINE),
    _case("next_line_character_in_a_name", "Only LF and CRLF end a line: U+0085 and the like are values.",
          spoilt_hires("name", 1, LastName="Sam\u0085ple\u2028"), BOTH_FINE),
    _case("attachments_in_their_folders", "BlobFiles and ClobFiles are the two folders of an HDL zip.",
          _mails("", "", ("BlobFiles/Picture_1.jpg", b"\xff\xd8\xff"), ("ClobFiles/letter.txt", b"Dear all\n")), _MAILS),
    _case("two_objects_in_one_zip", "For ongoing updates all objects travel in one zip; Salary.dat is another contract's.",
          _mails("", "", ("Salary.dat", b"METADATA|Salary|AssignmentNumber|SalaryAmount\nMERGE|Salary|E100100|41000\n")), _MAILS),
    _case("blank_lines_between", "Blank lines are tolerated.", _mails("METADATA|PersonEmail", "\n\nMETADATA|PersonEmail"), _MAILS),
)  # fmt: skip

_LINES = (
    _case("one_value_too_few", "A line with fewer values than METADATA has attributes is refused, even where the rest is blank.",
          _mails("staff.100100@example.org|Y", "staff.100100@example.org"), {"100100": REFUSED, "100107": FINE}, {"email.shape.values": {"email": [1]}}),
    _case("data_before_its_metadata", "A component's METADATA stands above its data.", _data_first(), _MAILS_FAULTY, on_package("metadata")),
    _case("instruction_in_small_letters", "merge for MERGE: nobody has shown what Fusion does.", _mails("MERGE|PersonEmail|100100", "merge|PersonEmail|100100"), _MAILS, on_package("notation")),
    _case("comment_behind_a_pipe", "One printed example begins a comment with a delimiter.", _mails("METADATA|PersonEmail", "|COMMENT mails\nMETADATA|PersonEmail"), _MAILS, on_package("notation")),
    _case("blank_behind_an_attribute", "A real file carries a blank behind its last attribute; whether it is trimmed is not known.",
          _mails("|PrimaryFlag\n", "|PrimaryFlag \n"), _MAILS, on_package("notation")),
    _case("attribute_named_twice", "An attribute stands once in METADATA; the first value is read.", packed(_date_twice), _MAILS_FAULTY, on_package("metadata")),
    _case("other_name_of_the_newline_setting", "Two pages disagree on FILE_NEWLINE and FILE_NEW_LINE: both are read.",
          _mails("SET PURGE_FUTURE_CHANGES N\n", "SET PURGE_FUTURE_CHANGES N\nSET FILE_NEW_LINE n\n"), _MAILS, on_package("notation")),
    _case("setting_that_nobody_lists", "PURGE_AFTER_LOAD is on no list of SET names.",
          _mails("SET PURGE_FUTURE_CHANGES N\n", "SET PURGE_FUTURE_CHANGES N\nSET PURGE_AFTER_LOAD Y\n"), _MAILS, on_package("set")),
    _case("setting_with_another_value", "PURGE_FUTURE_CHANGES is Y or N.", _mails("SET PURGE_FUTURE_CHANGES N", "SET PURGE_FUTURE_CHANGES NO"), _MAILS, on_package("set")),
    _case("task_setting_in_the_singular", "The name is DISABLE_POST_PROCESS_TASKS, in the plural.",
          _mails("SET PURGE_FUTURE_CHANGES N\n", "SET PURGE_FUTURE_CHANGES N\nSET DISABLE_POST_PROCESS_TASK X\n"), _MAILS, on_package("set")),
    _case("escape_before_another_letter", "An escape goes before the delimiter, the newline letter and itself; what else it does is not known.",
          _mails("staff.100100@", "staff\\t100100@"), _MAILS, on_package("notation")),
    _case("metadata_without_data", "A component without a line of data is no fault.", _mails("METADATA|PersonEmail", "METADATA|PersonPhone|PersonNumber|PhoneType\nMETADATA|PersonEmail"), _MAILS),
)  # fmt: skip

_PACKAGES = (
    _case("encrypted_zip", "An HDL zip may be encrypted; what the harness cannot read it cannot judge.",
          lambda path: as_bytes(encrypted(archive({MEMBER: members_of(HR, by_number())[MEMBER]})))(path), {ZIP: FAULTY}, on_package("encrypted")),
    _case("zip_without_a_dat", "A zip without a .dat of the object: nothing is loaded for it.",
          packed(lambda: {"Worker.csv": members_of(HR, by_number())[MEMBER]}), {ZIP: FAULTY}, on_package("member_missing")),
)  # fmt: skip

WORKER_FILE_QUIRKS: tuple[Case, ...] = (*_VALID, *_LINES, *_PACKAGES)
