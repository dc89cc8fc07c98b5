"""The sums of a preview: they add up, and what is said of them is not more than is known."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.preview import CLIPS, DAY, KINDS, MOST_BUSY, WINDOW, Preview, PreviewAnswer, Recent, Tally
from bot.domain.preview_wording import example_lines, limit_lines, preview_advice, preview_sentence, rate
from bot.domain.replay import MOST_WORK, Replayed, Told
from bot.domain.watch import Events, Placement
from tests.builders import at, watch

UNTIL = at(0)
SINCE = UNTIL - WINDOW
TOLD = st.builds(
    Told,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(KINDS),
    st.integers(0, int(WINDOW.total_seconds())).map(lambda seconds: at(-seconds)),
    st.booleans(),
    st.just("x"),
    st.integers(1, 9),
)


def answer(events: Events = Events.PROBLEMS, placement: Placement = Placement.DEFAULT, **more: object) -> PreviewAnswer:
    sums = replace(Preview(SINCE, UNTIL, looked_at=2), **more)  # type: ignore[arg-type] # any field, by name
    wished = replace(watch(events=events), placement=placement)
    return PreviewAnswer(wished, sums, Recent((), 2, 5, SINCE - DAY, 1.0))


@given(st.lists(TOLD, max_size=40), st.sampled_from(list(Events)))
def test_the_sums_add_up(told: list[Told], events: Events) -> None:
    tally = Tally(watch(events=events), SINCE, UNTIL)
    for name in ("a", "b", "c"):
        tally.add(name, Replayed(tuple(each for each in told if each.reference_id == name), edits=2))

    sums = tally.sums()

    heard = [each for each in told if each.kind != CLIPS or events.tell_completions]
    new = [each for each in heard if each.is_new]
    assert sums.new + sums.replies == Counter(each.kind for each in told)
    assert sum(sums.days) == len(new)
    assert len(sums.days) == 7
    assert sum(many for _, many in sums.busy) == len(new)
    assert len(sums.busy) <= MOST_BUSY
    assert {each.kind for each in sums.examples} == {each.kind for each in heard}
    for example in sums.examples:
        assert example.at == max(each.at for each in heard if each.kind == example.kind)
    assert (sums.edits, sums.looked_at) == (6, 3)


def test_it_stops_when_it_has_taken_long() -> None:
    tally = Tally(watch(), SINCE, UNTIL)
    tally.add("a", Replayed(work=MOST_WORK - 1))
    assert not tally.is_full
    tally.add("b", Replayed(work=1))
    assert (tally.is_full, tally.left) == (True, 0)


def test_a_reference_that_was_cut_is_left_out_and_that_is_said() -> None:
    tally = Tally(watch(), SINCE, UNTIL)
    tally.add("a", Replayed((Told("a", "failure", at(-5), True),), work=MOST_WORK + 1, cut=True))
    made = PreviewAnswer(watch(), tally.sums(), Recent((("a", 9),), 1, 1, SINCE - DAY, 1.0))
    assert (tally.is_full, made.is_cut, made.preview.new) == (True, True, Counter())
    assert "would take too long" in str(preview_sentence(made, "/lipsync"))


@pytest.mark.parametrize(
    ("count", "days", "said"),
    [
        (0, 7, "no message"),
        (2, 7, "less than a message a day"),
        (7, 7, "about 1 message a day"),
        (21, 7, "about 3 messages a day"),
        (5, 0.125, "5 messages in 3 h"),
    ],
)
def test_how_many_that_are_a_day(count: int, days: float, said: str) -> None:
    assert rate(count, timedelta(days=days)) == said


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            answer(Events.EACH, new=Counter(failure=7, clips=700)),
            "with for failures it would be about 1 message a day",
        ),
        (answer(Events.EACH, new=Counter(failure=7)), ""),
        (answer(new=Counter(failure=30)), "with in thread all of it would be replies under the card"),
        (answer(new=Counter(failure=1)), ""),
        (
            answer(new=Counter(failure=1, clips=69)),
            "with for each, finished clips too, it would be about 10 messages a day",
        ),
        (answer(placement=Placement.THREAD, replies=Counter(failure=30)), ""),
    ],
)
def test_what_would_be_fewer_or_more_is_told(made: PreviewAnswer, said: str) -> None:
    assert str(preview_advice(made)) == said


def test_finished_clips_are_not_told_where_they_are_not_wanted() -> None:
    said = str(preview_sentence(answer(new=Counter(clips=50)), "/lipsync"))
    assert "no new message since" in said
    assert "about finished clips" not in said


def test_it_says_of_how_much_it_tells() -> None:
    made = answer(corrected=1, gone=2, ended_at=at(-50))
    made = replace(made, recent=replace(made.recent, changed=5_000, began_at=SINCE, filled=0.5))
    notes = [str(line) for line in limit_lines(made)]
    for said in (
        "only the first 2 of 5,000 references with news, those that changed last, because more would take too long",
        "50% of the account's list read so far",
        "2 requests left out, which the API lists no more",
        "not counted: stuck requests, risk to a deadline, mutes, and catch-ups after outages",
    ):
        assert said in notes
    assert any(note.startswith("I know the account only since") for note in notes)
    assert any("ended by itself" in note for note in notes)
    assert len(notes) <= 10


def test_examples_have_their_times_and_what_they_are_about() -> None:
    told = (
        Told("a", "failure", at(0), True, "no face", 3),
        Told("a", "ping", at(0), False, "no face", 10),
        Told("a", "ping", at(0), True),
        Told("a", "clips", at(0), True, count=1),
        Told("a", "short", at(0), True),
    )
    assert [str(line).split(": ", 1)[1] for line in example_lines(replace(answer().preview, examples=told))] == [
        "a, new kind of failure: no face ×3",
        "a, ping: no face ×10 (a reply)",
        "a, ping",
        "a, 1 clip finished",
        "a, settled short",
    ]


def test_where_nothing_is_known_nothing_is_claimed() -> None:
    never = replace(answer(), recent=Recent())
    unknown = replace(answer(), recent=Recent(known=0, began_at=SINCE, filled=0.5), nearest=("batch-2",))
    assert "Nothing of the account was read yet" in str(preview_sentence(never, "/lipsync"))
    said = str(preview_sentence(unknown, "/lipsync"))
    assert "Nothing was ever sent under batch-1, as far as I know; 50%" in said
    assert "/lipsync preview batch-2" in said
