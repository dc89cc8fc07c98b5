from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import RequestAnswer, StatusAnswer, StillReading
from bot.domain.answer_wording import (
    is_current,
    request_lines,
    request_sentence,
    status_lines,
    status_sentence,
)
from bot.domain.failure import kinds
from bot.domain.progress import UNFINISHED, Progress, Settled, Settlement, Waiting, summarise
from bot.domain.wording import (
    CELLS,
    bar,
    counts,
    finished_sentence,
    first_and_latest,
    headline,
    kind_lines,
    no_requests,
    settlement_sentence,
    short_sentence,
)
from bot.domain.words import At, Code, Foreign, Person, Place, Strong, clean, counted, duration, listed, utc, words
from tests.builders import NOON, at, request

EXAMPLE = Progress(
    "batch-2026-04", total=250, completed=178, failed=6, processing=8, queued=58, expected=250, last_created_at=NOON
)
some = st.integers(0, 20_000)


@st.composite
def progresses(draw: st.DrawFn) -> Progress:
    done, failed, running, waiting, ended, uploading = (draw(some) for _ in range(6))
    other = tuple((name, n) for name, n in (("canceled", ended), ("uploading", uploading)) if n)
    return Progress(
        "b",
        total=done + failed + running + waiting + ended + uploading,
        completed=done,
        failed=failed,
        processing=running,
        queued=waiting,
        other=other,
        ended_otherwise=ended,
        expected=draw(st.none() | some),
    )


# --- the bar ---


def test_the_bar_of_the_example_looks_as_promised() -> None:
    assert bar(EXAMPLE) == "█████████████████▓▒░░░░░"


@given(progresses(), st.integers(4, 60))
def test_the_bar_has_its_cells_and_each_part_that_is_not_zero_has_one(progress: Progress, cells: int) -> None:
    drawn = bar(progress, cells)
    done = progress.completed + progress.ended_otherwise
    rest = progress.of - done - progress.failed - progress.processing
    parts = {"█": done, "▓": progress.failed, "▒": progress.processing, "░": rest}
    assert len(drawn) == cells
    assert list(drawn) == sorted(drawn, key=list(parts).index)
    if progress.of:
        assert {sign for sign, n in parts.items() if n} == set(drawn)


@given(progresses())
def test_the_larger_part_never_has_fewer_cells(progress: Progress) -> None:
    drawn = bar(progress)
    if progress.completed > progress.failed > 0 and not progress.ended_otherwise:
        assert drawn.count("█") >= drawn.count("▓")


def test_the_bar_of_nothing_is_empty() -> None:
    assert bar(Progress("b")) == "░" * CELLS


# --- per cent and counts ---


@given(progresses())
def test_a_batch_is_100_per_cent_finished_only_when_nothing_is_open_or_missing(progress: Progress) -> None:
    everything = bool(progress.of) and progress.terminal == progress.of
    assert (progress.percent == 100) == everything


@given(progresses())
def test_the_counts_add_up_to_the_total_named_last(progress: Progress) -> None:
    parts, _, total = str(counts(progress)).partition("   of ")
    numbers = [int(part.split()[0].replace(",", "")) for part in parts.split(" · ")]
    assert sum(numbers) == progress.of == int(total.split()[0].replace(",", ""))


def test_the_headline_and_the_counts_of_the_example_read_as_promised() -> None:
    assert str(headline(EXAMPLE)) == "batch-2026-04 · 73% finished · 6 failed"
    assert str(counts(EXAMPLE)) == "178 done · 6 failed · 8 running · 58 waiting   of 250 expected"


def test_other_statuses_missing_and_vanished_requests_are_named() -> None:
    progress = Progress(
        "b", total=6, completed=1, other=(("canceled", 2), ("uploading", 3)), ended_otherwise=2, expected=8, vanished=4
    )
    assert str(counts(progress)) == (
        "1 done · 2 canceled · 3 uploading · 2 not submitted yet   of 8 expected · 4 no longer listed"
    )


def test_many_other_statuses_are_summed_up() -> None:
    progress = Progress("b", total=1_007, completed=1_000, other=tuple((f"s{i}", 1) for i in range(7)))
    assert str(counts(progress)) == "1,000 done · 1 s0 · 1 s1 · 1 s2 · 1 s3 · 1 s4 · 2 in other states   of 1,007"


def test_more_than_expected_is_said() -> None:
    assert str(counts(Progress("b", total=3, completed=3, expected=2))) == "3 done   of 3 (2 expected)"


def test_nothing_listed_is_never_zero_per_cent() -> None:
    assert str(headline(Progress("b"))) == "b · no requests yet"
    assert no_requests(Progress("b", expected=250)) == "no requests under this reference yet, 250 expected"
    assert no_requests(Progress("b", vanished=2)) == "no requests under this reference any more (2 no longer listed)"


# --- settlement ---


@pytest.mark.parametrize(
    ("settlement", "sentence"),
    [
        (UNFINISHED, ""),
        (Waiting(at(600)), "all 2 finished, waiting until 12:10 UTC for more"),
        (Settled(short=False), "finished with 1 failure open, took 1 h 12 m"),
        (Settled(short=True), "2 of 3 arrived, the last one 1 April 2026, 12:00 UTC. Is 1 missing?"),
    ],
)
def test_whether_a_batch_is_finished_is_one_sentence(settlement: Settlement, sentence: str) -> None:
    rows = [request(1, "completed", finished=4_320), request(2, "failed")]
    assert str(settlement_sentence(summarise("b", rows, expected=3), settlement)) == sentence


@pytest.mark.parametrize("settlement", [Waiting(NOON), Settled(short=False), Settled(short=True)])
def test_a_reading_that_is_not_of_now_never_calls_a_batch_finished(settlement: Settlement) -> None:
    sentence = str(settlement_sentence(Progress("b", total=2, completed=2), settlement, current=False))
    assert sentence == "all 2 were finished at that reading"


def test_sentences_do_without_times_that_are_not_known() -> None:
    assert finished_sentence(Progress("b", total=1, completed=1)) == "finished"
    assert str(short_sentence(Progress("b", total=4, expected=250))) == "4 of 250 arrived. Are 246 missing?"


# --- failures ---


def test_the_largest_kinds_are_named_and_the_rest_is_counted() -> None:
    names = "abcdefgh"
    found = kinds([request(i, "failed", error=f"reason {names[i % 8]}") for i in range(9)])
    lines = [str(line) for line in kind_lines(found)]
    assert lines[0] == "reason a ×2"
    assert len(lines) == 6
    assert lines[-1] == "and 3 more kinds"


# --- a status ---


def test_a_status_says_totals_and_freshness_in_one_sentence() -> None:
    sentence = str(status_sentence(StatusAnswer(EXAMPLE, NOON)))
    assert sentence == (
        "batch-2026-04: 73% finished, 178 done, 6 failed, 8 running, 58 waiting of 250 expected; "
        "read 1 April 2026, 12:00 UTC."
    )


def test_a_status_in_the_terminal_has_its_bar_its_oldest_waiting_and_its_kinds() -> None:
    rows = [request(1, "completed"), request(2, "failed", error="no face"), request(3, created=-60)]
    lines = [str(line) for line in status_lines(StatusAnswer(summarise("b", rows), NOON))]
    assert lines == [
        "b · 66% finished · 1 failed",
        "████████▓▓▓▓▓▓▓▓░░░░░░░░",
        "1 done · 1 failed · 1 waiting   of 3",
        "Oldest waiting since 1 April 2026, 11:59 UTC: 00000000-0000-0000-0000-000000000003",
        "Failures, 1 kind",
        "• no face ×1",
        "read 1 April 2026, 12:00 UTC",
    ]


def test_trouble_keeps_the_totals_and_says_of_when_they_are() -> None:
    answer = StatusAnswer(
        Progress("b", total=1, completed=1), NOON, Settled(short=False), trouble="the API answered 429"
    )
    lines = [str(line) for line in status_lines(answer)]
    assert lines[0] == "b · 100% finished · as of 12:00 UTC"
    assert "all 1 were finished at that reading" in lines
    assert lines[-1] == "the API answered 429; this is the reading of 1 April 2026, 12:00 UTC"
    assert not is_current(answer)


STILL = StillReading(50, timedelta(seconds=45))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (StatusAnswer(Progress("b"), None, still=STILL), "b: reading 50 pages, about 45 s."),
        (
            StatusAnswer(Progress("b"), None, trouble="the API answered 500"),
            "b could not be read: the API answered 500. Nothing is known about it yet.",
        ),
        (StatusAnswer(Progress("b"), None), "b was not read yet."),
        (StatusAnswer(Progress("b"), NOON), "Nothing is listed under b."),
        (
            StatusAnswer(Progress("b", vanished=2), NOON),
            "Nothing is listed under b any more (2 no longer listed).",
        ),
        (
            StatusAnswer(Progress("b"), NOON, trouble="the API answered 500"),
            "No requests under b; the API answered 500; this is the reading of 1 April 2026, 12:00 UTC.",
        ),
    ],
)
def test_without_totals_no_number_is_shown(answer: StatusAnswer, sentence: str) -> None:
    assert str(status_sentence(answer)) == sentence
    assert str(status_lines(answer)[0]) + "." == sentence
    assert not any("%" in str(line) for line in status_lines(answer))


def test_a_batch_that_was_never_read_whole_has_no_per_cent_no_bar_and_no_end() -> None:
    seen = Progress("big", total=100, completed=100, expected=500)
    away = StatusAnswer(seen, None, Settled(short=False), trouble="the API answered 502")
    assert str(status_sentence(away)) == (
        "big, seen so far: 100 done; the API answered 502; never read as a whole yet."
    )
    reading = StatusAnswer(seen, None, Settled(short=False), still=StillReading(9, timedelta(seconds=45), 4_174, 5_000))
    assert [str(line) for line in status_lines(reading)] == [
        "big · seen so far",
        "100 done",
        "4,174 of 5,000 read so far",
        "reading 9 pages, about 45 s",
        "never read as a whole yet",
    ]


def test_a_reference_that_was_never_seen_comes_with_what_to_check() -> None:
    assert len(status_lines(StatusAnswer(Progress("b"), NOON))) == 3


def test_a_list_that_changed_while_it_was_read_is_said() -> None:
    answer = StatusAnswer(Progress("b", total=1, queued=1), NOON, complete=False)
    assert "totals may be off by a few" in str(status_sentence(answer))
    still = StatusAnswer(Progress("b", total=1, queued=1), None, complete=False, still=STILL)
    assert str(status_lines(still)[-1]) == "never read as a whole yet"


def test_a_request_is_told_with_its_outcome_and_its_times() -> None:
    answer = RequestAnswer(request(1, "failed", error="no face"), at(120))
    assert str(request_sentence(answer)) == (
        "Request 00000000-0000-0000-0000-000000000001 of batch-1: failed (no face); read 1 April 2026, 12:02 UTC."
    )
    assert [str(line) for line in request_lines(answer)][2:] == [
        "no face",
        "created 1 April 2026, 12:00 UTC · started 1 April 2026, 12:00 UTC · finished 1 April 2026, 12:01 UTC",
        "took 55 s",
    ]
    assert len(request_lines(RequestAnswer(request(1, reference=None), NOON))) == 2


# --- words ---


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (45, "45 s"),
        (112, "1 m 52 s"),
        (120, "2 m"),
        (4_320, "1 h 12 m"),
        (3_605, "1 h"),
        (90_061, "1 d 1 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: int, said: str) -> None:
    assert duration(timedelta(seconds=seconds)) == said


def test_numbers_have_thousands_separated_and_things_their_plural() -> None:
    assert (counted(1, "clip"), counted(5_000, "clip")) == ("1 clip", "5,000 clips")
    assert counted(2, "watch", "watches") == "2 watches"


def test_every_piece_has_its_text_in_a_terminal() -> None:
    said = words(
        Strong("a "), Code("b "), Foreign("c\n"), At(NOON), " ", Place("C1", "dub"), " ", Place("C2"), " ", Person("U1")
    )
    assert str(said) == "a b c12:00 UTC #dub C2 U1"
    assert str(listed(["a", "b", "c"])) == "a, b and c"
    assert str(listed(["a"])) == "a"
    assert utc(NOON, "ago") == "1 April 2026, 12:00 UTC"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("order_12345 *x*", "order_12345 *x*"),
        ("a\r\n\tb\x00c\x1b[31m", "a b c [31m"),
        ("\ud800x", "\ufffdx"),
        ("a\u202eb\u2066c\u200bd", "abcd"),
        ("שלום", "\u2068שלום\u2069"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("", "(empty)"),
        ("\x00\u202e", "(empty)"),
        ("x" * 5_000, "x" * 119 + "…"),
        (" " * 500 + "x", "…"),
    ],
)
def test_foreign_text_is_one_harmless_line(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(), st.integers(2, 300))
def test_foreign_text_is_never_longer_than_allowed_and_never_turns_the_line_around(text: str, longest: int) -> None:
    shown = clean(text, longest)
    inner = shown.removeprefix("\u2068").removesuffix("\u2069")
    assert len(inner) <= max(longest, len("(empty)"))
    assert shown.count("\u2068") == shown.count("\u2069") <= 1
    assert not set(inner) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\n\r\0")


def test_what_happened_in_one_minute_is_told_as_one_moment() -> None:
    assert first_and_latest(at(1), at(58)) == words(At(at(58), "day"))
    assert first_and_latest(at(1), at(61)) == words("first ", At(at(1), "day"), " · latest ", At(at(61), "day"))
