"""States of scheduled requests and the tree of a load's jobs, in every shape they were seen in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.fusion import LostReply, every, terminal, tree_of, worst
from interfaces.fusion.ess import STATES, normal


@pytest.mark.parametrize("code", STATES)
def test_states_end_or_go_on_as_oracles_table_says(code: int) -> None:
    assert terminal(STATES[code]) is (code in {8, 9, 10, 11, 12, 15, 16, 17, 19})


@pytest.mark.parametrize("state", ["PAUSED", "COMPLETED", "", None, "ERROR_AUTO_RETRY", "Something New"])
def test_paused_completed_empty_and_unknown_are_in_progress(state: str | None) -> None:
    assert not terminal(state)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Error Manual Recovery", "ERROR_MANUAL_RECOVERY"),
        (" succeeded ", "SUCCEEDED"),
        ("CANCELED", "CANCELLED"),
        ("Validation  Failed", "VALIDATION_FAILED"),
        (None, ""),
    ],
)
def test_states_are_read_however_they_are_written(written: str | None, meant: str) -> None:
    assert normal(written) == meant


LOAD: dict[str, Any] = {
    "JOBNAME": "Load Interface File for Import",
    "JOBPATH": "/oracle/apps/ess/financials/commonModules/shared/common/interfaceLoader",
    "DOCUMENTNAME": "gl.zip",
    "REQUESTID": "1001",
    "STATUS": "SUCCEEDED",
    "CHILD": [
        {"JOBNAME": "Transfer File", "JOBPATH": "", "REQUESTID": 1002, "STATUS": "SUCCEEDED"},
        {"JOBNAME": "Load File to Interface", "JOBPATH": "", "REQUESTID": "1003", "STATUS": "Succeeded"},
    ],
}
IMPORT = {
    "JOBNAME": "Import Journals",
    "REQUESTID": 1004,
    "STATUS": "SUCCEEDED",
    "CHILD": {"JOBNAME": "Import Journals: Child", "REQUESTID": "1005", "STATUS": "WARNING"},
}


@pytest.mark.parametrize("shape", [json.dumps, lambda details: details], ids=["string", "object"])
def test_a_tree_is_read_as_a_list_of_jobs(shape: Any) -> None:
    tree = tree_of(shape({"JOBS": [LOAD, IMPORT]}))
    assert [(node.request, node.state) for node in every(tree)] == [
        (1001, "SUCCEEDED"),
        (1002, "SUCCEEDED"),
        (1003, "SUCCEEDED"),
        (1004, "SUCCEEDED"),
        (1005, "WARNING"),
    ]
    assert (tree[0].document, tree[0].children[1].name) == ("gl.zip", "Load File to Interface")


@pytest.mark.parametrize("shape", [json.dumps, lambda details: details], ids=["string", "object"])
def test_a_tree_is_read_as_a_single_job(shape: Any) -> None:
    tree = tree_of(shape({"JOBS": {**LOAD, "CHILD": [*LOAD["CHILD"], IMPORT]}}))
    assert [node.request for node in every(tree)] == [1001, 1002, 1003, 1004, 1005]


@pytest.mark.parametrize("empty", [None, "", "  ", {"JOBS": []}, '{"JOBS": null}', {"JOBS": {}}])
def test_what_is_not_there_yet_is_an_empty_tree(empty: object) -> None:
    assert tree_of(empty) == []


@pytest.mark.parametrize("odd", ["RUNNING", "{", "[]", {"jobs": []}, {"JOBS": "x"}, {"JOBS": [1]}, 7, "[" * 100_000])
def test_what_is_no_tree_is_a_lost_reply(odd: object) -> None:
    with pytest.raises(LostReply, match="no job tree"):
        tree_of(odd)


@pytest.mark.parametrize("id_", [None, "", "x", "-1", 1.5, [], "9" * 5000, "²"])
def test_an_odd_request_id_is_no_id_or_is_kept_as_it_is(id_: object) -> None:
    assert tree_of({"JOBS": {"JOBNAME": "x", "REQUESTID": id_}})[0].request in (0, -1)


def test_a_warning_below_a_parent_that_succeeded_shows() -> None:
    assert worst(tree_of({"JOBS": [LOAD, IMPORT]})) == "WARNING"
    assert worst(tree_of({"JOBS": [LOAD]})) == "SUCCEEDED"
    assert worst([]) == ""


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["SUCCEEDED", "PAUSED"], "PAUSED"),
        (["PAUSED", "WARNING", "SUCCEEDED"], "WARNING"),
        (["WARNING", "ERROR", "PAUSED"], "ERROR"),
        (["SUCCEEDED", "ERROR MANUAL RECOVERY", "WARNING"], "ERROR_MANUAL_RECOVERY"),
    ],
)
def test_the_worst_state_is_an_error_then_a_warning_then_one_in_progress(states: list[str], shown: str) -> None:
    assert worst(tree_of({"JOBS": [{"REQUESTID": 1, "STATUS": state} for state in states]})) == shown


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["JOBS", "CHILD", "REQUESTID", "STATUS", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_any_answer_gives_a_tree_or_says_that_it_is_none(body: object, as_text: bool) -> None:
    try:
        tree = tree_of(json.dumps(body) if as_text else body)
    except LostReply:
        return
    assert worst(tree) == "" or tree
