"""What goes into the steps of workflows, and what comes out of them."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.progress import UNFINISHED, Settled, Waiting, summarise
from bot.domain.watch import Events
from bot.domain.workflow import FORMS, STATUS, WAIT, WATCH, Kind
from bot.domain.workflow_answer import (
    Failure,
    Outputs,
    failure,
    request_outputs,
    settled_outputs,
    status_outputs,
    time_over_outputs,
)
from bot.domain.workflow_inputs import ReadStatus, WaitFor, WatchReference, is_of_kind, kept, understood
from bot.errors import BadCommandError
from tests.builders import NOON, at, request

WATCHED = {"reference": "batch-1", "channel": "C1", "person": "U1"}


@pytest.mark.parametrize(
    ("form", "inputs", "step"),
    [
        ("get_status", {"reference": "  batch 1 "}, ReadStatus("batch 1")),
        ("get_status", {"reference": "ü" * 500, "more": 1}, ReadStatus("ü" * 500)),
        ("wait_until_finished", {"reference": "b"}, WaitFor("b", timedelta(days=1))),
        ("wait_until_finished", {"reference": "b", "hours": None}, WaitFor("b", timedelta(days=1))),
        ("wait_until_finished", {"reference": "b", "hours": ""}, WaitFor("b", timedelta(days=1))),
        ("wait_until_finished", {"reference": "b", "hours": "1.5"}, WaitFor("b", timedelta(minutes=90))),
        ("wait_until_finished", {"reference": "b", "hours": 168}, WaitFor("b", timedelta(days=7))),
        ("watch_reference", WATCHED, WatchReference("batch-1", "C1", "U1")),
        (
            "watch_reference",
            {**WATCHED, "events": " All ", "expect": 250.0, "deadline": " fri 17:00 "},
            WatchReference("batch-1", "C1", "U1", Events.ALL, 250, "fri 17:00"),
        ),
        (
            "watch_reference",
            {**WATCHED, "events": "", "expect": "", "deadline": ""},
            WatchReference("batch-1", "C1", "U1"),
        ),
    ],
)
def test_what_was_entered_is_understood(form: str, inputs: dict[str, object], step: object) -> None:
    assert understood(form, inputs) == step
    assert understood(form, kept(form, inputs)) == step


@pytest.mark.parametrize(
    "reference",
    ["", "  ", None, 5, True, ["a"], {"a": 1}, "x" * 501, "a\x00", "a\nb", "a\tb", "a\u2028b", "\ud800", "\x7f"],
)
@pytest.mark.parametrize("form", FORMS)
def test_a_reference_that_is_none_is_refused_by_every_step(form: str, reference: object) -> None:
    with pytest.raises(BadCommandError, match='"Reference" of the step'):
        understood(form, {**WATCHED, "reference": reference})


@pytest.mark.parametrize("hours", [0, -1, 0.0001, 168.1, 1e300, 10**400, "1e999", math.inf, math.nan, True, [], "two"])
def test_hours_are_more_than_nothing_and_at_most_a_week(hours: object) -> None:
    with pytest.raises(BadCommandError, match='"At most hours"'):
        understood("wait_until_finished", {"reference": "b", "hours": hours})


@pytest.mark.parametrize(
    "odd",
    [
        {"channel": "#general"},
        {"channel": "D0ANA"},
        {"channel": "U1"},
        {"channel": "C1\nC2"},
        {"channel": None},
        {"person": "ana"},
        {"person": ""},
        {"events": "everything"},
        {"events": 1},
        {"expect": 0},
        {"expect": 1.5},
        {"expect": 100_001},
        {"expect": "many"},
        {"expect": 10**400},
        {"deadline": 5},
        {"deadline": "x" * 201},
    ],
)
def test_what_cannot_be_watched_so_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises(BadCommandError, match='of the step "Watch a reference"'):
        understood("watch_reference", {**WATCHED, **odd})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
_NAMES = sorted({each.name for form in FORMS.values() for each in form.inputs})


@given(st.sampled_from([*FORMS, "dance", ""]), st.dictionaries(st.sampled_from(_NAMES), _JSON))
def test_whatever_is_entered_is_understood_or_refused_in_a_sentence(form: str, inputs: dict[str, object]) -> None:
    try:
        step = understood(form, inputs)
    except BadCommandError as error:
        said = failure(error)
        assert isinstance(said, Failure)
        assert 0 < len(said.sentence) <= 1_000
        assert not set(said.sentence) & set("<>`\n\x00")
        assert said.sentence.isprintable() or "\u2068" in said.sentence
        return
    assert understood(form, kept(form, inputs)) == step


# --- forms ---


def test_names_and_texts_keep_slacks_limits() -> None:
    for form in FORMS.values():
        assert len(form.id) <= 100
        assert len(form.title) <= 255
        for parameters in (form.inputs, form.outputs):
            names = [each.name for each in parameters]
            assert len(set(names)) == len(names) <= 50
            assert all(each.says and each.title and each.name.isidentifier() for each in parameters)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.TEXT, ["", "x"], [1, None, True]),
        (Kind.WHOLE, [0, -5], [1.0, True, "1"]),
        (Kind.NUMBER, [0, 1.5], [True, "1"]),
        (Kind.TRUTH, [True, False], [0, 1, "true"]),
        (Kind.MOMENT, [1_700_000_000], [1.5, "now", True]),
    ],
)
def test_kinds_tell_values_apart(kind: Kind, good: list[object], bad: list[object]) -> None:
    assert all(is_of_kind(kind, value) for value in good)
    assert not any(is_of_kind(kind, value) for value in bad)


# --- what comes out ---


def fits(outputs: Outputs, form_id: str) -> bool:
    promised = {each.name: each.kind for each in FORMS[form_id].outputs}
    return outputs.values.keys() == promised.keys() and all(
        is_of_kind(promised[name], value) for name, value in outputs.values.items()
    )


ROWS = [request(1, "completed"), request(2, "failed"), request(3, "processing"), request(4), request(5, "paused")]


@pytest.mark.parametrize("state", [UNFINISHED, Waiting(at(600)), Settled(short=False)])
@pytest.mark.parametrize("reference", ["batch-1", "a<!channel>b", "ü" * 500, "שלום", "`x` *y* @here"])
def test_what_comes_out_is_what_was_promised_and_pings_nobody(reference: str, state: object) -> None:
    progress = summarise(reference, ROWS)
    answer = StatusAnswer(progress, NOON, state)  # type: ignore[arg-type] # each is a settlement
    every = [
        (status_outputs(answer), STATUS.id),
        (request_outputs(RequestAnswer(ROWS[0], NOON)), STATUS.id),
        (settled_outputs(progress), WAIT.id),
        (time_over_outputs(progress, state), WAIT.id),  # type: ignore[arg-type] # the same
    ]
    for outputs, form in every:
        assert fits(outputs, form)
        assert not set(str(outputs.values["summary"])) & set("<>\n")
    assert status_outputs(answer).values["reference"] == reference


def test_the_sentences_read_well() -> None:
    progress = summarise("batch-1", [request(n, "completed", created=0, finished=4_320) for n in range(1, 41)])
    waiting = time_over_outputs(progress, Waiting(at(4_500))).values["summary"]
    assert waiting == ("The time is over. batch-1: all 40 finished, waiting until 13:15 UTC for more, 40 done, of 40.")
    assert settled_outputs(progress).values["summary"] == "batch-1: finished, took 1 h 12 m, 40 done, of 40."
    empty = time_over_outputs(summarise("batch-1", []), UNFINISHED).values
    assert empty["summary"] == "The time is over. batch-1: no requests under this reference yet."
    assert (empty["took"], empty["finished"]) == ("not finished", False)


def test_a_finish_with_failures_says_so_even_when_they_were_handled() -> None:
    progress = summarise("batch-1", [request(1, "completed"), request(2, "failed")])
    assert settled_outputs(progress).values["ended"] == "finished with failures"


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (StatusAnswer(summarise("batch-1", ROWS), NOON, trouble="the API answered 503"), "could not be read"),
        (StatusAnswer(summarise("batch-1", ROWS), NOON, complete=False), "changed while it was read"),
        (StatusAnswer(summarise("batch-1", ROWS), None), "changed while it was read"),
        (StatusAnswer(summarise("batch-1", []), NOON), "Check how it is written"),
        (StatusAnswer(summarise("x", []), NOON, nearest=("y", "z")), 'Did you mean "y" or "z"?'),
    ],
)
def test_what_is_not_known_now_is_no_status(answer: StatusAnswer, part: str) -> None:
    with pytest.raises(BadCommandError, match=part.replace("?", r"\?")):
        status_outputs(answer)


def test_the_three_steps_are_there() -> None:
    assert list(FORMS) == [STATUS.id, WATCH.id, WAIT.id]
