"""Open questions of a profile: read from questions.csv, faults named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts import ContractError, load_profile
from contracts.questions import Question, read_questions

HEAD = "id,question,assumption,interfaces,validator,validate_by\n"


def read(folder: Path, text: str) -> tuple[Question, ...]:
    path = folder / "questions.csv"
    path.write_text(text, encoding="utf-8")
    return read_questions(path, {"FIN-01a", "FIN-01b"}, {"pmo"})


def test_the_shipped_profile_asks_every_open_question_and_holds_something_until_it_is_answered() -> None:
    questions = load_profile("nc_district").questions
    assert [one.id for one in questions] == [f"Q{number}" for number in range(1, 20)]
    assert all(one.text.endswith((".", "?")) and one.assumption for one in questions)


def test_each_interface_that_a_shipped_question_names_stands_in_the_register() -> None:
    profile = load_profile("nc_district")
    named = {one for question in profile.questions for one in question.interfaces}
    assert named
    assert named - profile.register.keys() == set()


@pytest.mark.parametrize(
    ("id_", "rows"),
    [
        ("Q2", ("FIN-01", "FIN-02", "FIN-03", "FIN-04", "FIN-05", "FIN-06", "PRC-03")),
        ("Q4", ("HR-02", "HR-03", "HR-12", "PRC-05")),
        ("Q12", ("PRC-01",)),
        ("Q16", ("FIN-01", "FIN-06", "FIN-12")),
    ],
)
def test_a_question_about_an_interface_names_each_of_its_feeds(id_: str, rows: tuple[str, ...]) -> None:
    profile = load_profile("nc_district")
    (question,) = [one for one in profile.questions if one.id == id_]
    assert set(question.interfaces) == {one for one in profile.register if one.rstrip("abcd") in rows}


def test_the_question_of_the_release_concerns_every_feed_by_fbdi() -> None:
    profile = load_profile("nc_district")
    (question,) = [one for one in profile.questions if one.id == "Q7"]
    assert set(question.interfaces) == {row.id for row in profile.register.values() if "FBDI" in row.mechanism}


def test_a_row_is_read_with_its_blanks(tmp_path: Path) -> None:
    whole, bare = read(tmp_path, HEAD + "Q1,Which bank?,Any,FIN-01a FIN-01b,pmo,2026-12-20\n Q2 , Which card? ,,,,\n")
    assert whole == Question(
        "Which bank?", id="Q1", assumption="Any", interfaces=("FIN-01a", "FIN-01b"), validator="pmo",
        validate_by="2026-12-20",
    )  # fmt: skip
    assert bare == Question("Which card?", id="Q2")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("id,question\n", 1, "other columns"),
        (HEAD + "Q1,x\n", 2, "too few or too many"),
        (HEAD + "Q1,x,,,,,more\n", 2, "too few or too many"),
        (HEAD + ",x,,,,\n", 2, "no id or no words"),
        (HEAD + "Q1, ,,,,\n", 2, "no id or no words"),
        (HEAD + "Q1,x,,,,\nQ1,y,,,,\n", 3, "Q1 stands twice"),
        (HEAD + "Q1,x,,,,\nQ2,x,,,,\n", 3, "Q2 stands twice"),
        (HEAD + "Q1,x,,FIN-01a FIN-99,,\n", 2, "no interface FIN-99"),
        (HEAD + "Q1,x,,,ghost,\n", 2, "nobody is listed as ghost"),
        (HEAD + "Q1,x,,,,20.12.2026\n", 2, "no date: 20.12.2026"),
        (HEAD + "Q1,x,,,,20261220\n", 2, "no date: 20261220"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(ContractError, match=words) as error:
        read(tmp_path, text)
    assert error.value.where.endswith(f"questions.csv:{line}")


@pytest.mark.parametrize("text", ['"', HEAD + 'Q1,"x"y,,,,\n'])
def test_a_file_that_is_no_csv_is_refused_with_its_profile(tmp_path: Path, text: str) -> None:
    (tmp_path / "profile.toml").write_text('name = "mine"\n', encoding="utf-8")
    (tmp_path / "questions.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"is no CSV|other columns"):
        load_profile("mine", tmp_path)


def test_a_profile_without_the_file_asks_nothing(tmp_path: Path) -> None:
    (tmp_path / "profile.toml").write_text('name = "mine"\n', encoding="utf-8")
    assert load_profile("mine", tmp_path).questions == ()
