"""Cases of the package: names, folders, damage and danger, shown on the journals' zip of one member."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from test_suites.payloads.cases_journals import BOTH_FINE, GL, J1, J2, MEMBER, ZIP, two_journals
from test_suites.payloads.cases_making import (
    DRAGGED,
    FAULTY,
    REFUSED,
    WHOLE,
    Build,
    Case,
    archive,
    as_bytes,
    encrypted,
    members_of,
    on_package,
    packed,
)

_case = partial(Case, contract=GL, file=ZIP)
_NOTHING_READ = {ZIP: FAULTY}
_NOTHING_LOADED = {ZIP: REFUSED}


def _member() -> bytes:
    return members_of(GL, two_journals())[MEMBER]


def _under(*names: str) -> Build:
    """The same member under other names."""
    return packed(lambda: dict.fromkeys(names, _member()))


def _changed(change: Callable[[bytes], bytes]) -> Build:
    """The good zip with its bytes changed."""
    return lambda path: as_bytes(change(archive({MEMBER: _member()})))(path)


PACKAGES: tuple[Case, ...] = (
    _case("member_named_after_the_table", "The member's name selects the control file: GL_INTERFACE.csv is simply not read.",
          _under("GL_INTERFACE.csv"), _NOTHING_READ, on_package("member_missing")),
    _case("member_name_in_small_letters", "A name that differs in case only may go unread; nobody has shown it.",
          _under("glinterface.csv"), BOTH_FINE, on_package("member_case")),
    _case("member_in_a_folder", "FBDI zips are flat: a folder inside is at least doubtful.",
          _under(f"November/{MEMBER}"), BOTH_FINE, on_package("folder")),
    _case("zero_byte_member", "A member without a byte: an extract that failed. Nothing can be loaded.",
          packed(lambda: {MEMBER: b""}), _NOTHING_LOADED, {"gl.shape.unreadable": {"gl": WHOLE}}),
    _case("empty_zip", "A zip without a member holds nothing to load.",
          packed(dict), _NOTHING_LOADED, on_package("unreadable")),
    _case("truncated_zip", "A transfer that broke off: the directory at the end of the zip is missing.",
          _changed(lambda data: data[: len(data) // 2]), _NOTHING_LOADED, on_package("unreadable")),
    _case("encrypted_member", "The harness cannot judge what it cannot read; an encrypted FBDI zip is no promise kept.",
          _changed(encrypted), _NOTHING_READ, on_package("encrypted")),
    _case("zip_in_the_zip", "A zip inside the zip is never opened, so the member that Oracle asks for is missing.",
          packed(lambda: {"journals.zip": archive({MEMBER: _member()})}), _NOTHING_READ, on_package("unsafe", "member_missing")),
    _case("path_out_of_the_archive", "A member's path leads outside the archive: it is neither unpacked nor read.",
          _under(f"../{MEMBER}"), _NOTHING_READ, on_package("unsafe")),
    _case("quote_never_closed", "A quote is opened and never closed: the loader finds no second enclosure string.",
          packed(lambda: {MEMBER: _member().replace(b",Nov-26,", b',"Nov-26', 4).replace(b',"Nov-26', b",Nov-26,", 3)}),
          {J1: DRAGGED, J2: REFUSED}, {"gl.shape.unreadable": {"gl": [4]}}),
)  # fmt: skip
