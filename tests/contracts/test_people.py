"""People of a profile: read from people.csv, faults named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts import ContractError, load_profile
from contracts.people import read_people

HEAD = "id,name,roles,mail\n"


def test_the_shipped_profile_lists_every_role_with_nobodys_name() -> None:
    people = load_profile("nc_district").people
    assert {"owner", "triager", "approver", "sponsor"} <= {role for one in people.values() for role in one.roles}
    assert all("(example)" in one.name and one.mail.endswith("@example.org") for one in people.values())


def test_a_person_without_a_name_is_called_by_the_id(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(HEAD + "pmo,,triager owner,\n", encoding="utf-8")
    (person,) = read_people(path).values()
    assert (person.name, person.roles) == ("pmo", {"triager", "owner"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,name\n", "other columns"),
        (HEAD + "pmo,x,king,\n", "no role is called king"),
        (HEAD + "two words,x,owner,\n", "cannot name a person"),
        (HEAD + "machine,x,owner,\n", "cannot name a person"),
        (HEAD + "a,x,owner,\na,y,owner,\n", "stands twice"),
        (HEAD + "a,x\n", "too few or too many"),
        (HEAD + "a,x,owner,m,n\n", "too few or too many"),
        (HEAD + "a,x,owner,ask the desk\n", "'ask the desk' is no mail address"),
        (HEAD + "a,x,owner,a@example.org;b@example.org\n", "no mail address"),
        (HEAD + 'a,x,owner,"a@example.org,b@example.org"\n', "no mail address"),
        (HEAD + 'a,x,owner,"a@example.org\nBcc: b@example.org"\n', "no mail address"),
        (HEAD + "a,x,owner,Ana <a@example.org>\n", "no mail address"),
        (HEAD + "a,x,owner,josé@example.org\n", "no mail address"),
        (HEAD + "a,x,owner,a@\n", "no mail address"),
        (HEAD + f"a,x,owner,a@{'long.' * 40}org\n", "no mail address"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=words):
        read_people(path)


@pytest.mark.parametrize("mail", ["", "a@example.org", "o'neil+raid@mail.example.org", "root@localhost"])
def test_a_mail_address_is_one_bare_address_or_blank(tmp_path: Path, mail: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"{HEAD}a,x,owner,{mail}\n", encoding="utf-8")
    assert read_people(path)["a"].mail == mail
