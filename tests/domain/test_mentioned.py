"""What a text speaks of is found as whole words, the longest first, and in time whatever the text is."""

import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mentioned import LONGEST_NAME, MOST_IDS, MOST_NAMES, mentioned

ID = "6f82a2d8-a6d4-4e8a-a0fa-e8b09823a2d8"
LINK = f"https://storage.chamelaion.com/output/{ID}.mp4"
REFERENCES = st.text(alphabet="abcXYZ0189-._", min_size=1, max_size=20).filter(lambda name: name[0] not in "-._")
PROSE = st.text(alphabet=" abc,.\n!?()", max_size=40)


def names(text: str) -> set[str]:
    return {each.text for each in mentioned(text).names}


@pytest.mark.parametrize(
    "text",
    [
        "batch-1",
        "How is batch-1?",
        "batch-1's clips (see batch-1).",
        "batch-1,batch-2",
        "ref=batch-1;x=2",
        "look: *batch-1*, please",
        "_batch-1_ `batch-1` ```batch-1```",
        "“batch-1” „batch-1“ «batch-1»",
        "-batch-1\n• batch-1",
        "[batch-1] <batch-1>",
        "https://files.example.com/batch-1/clip.mp4",
        "reference_id: batch-1…",
        '{"reference_id":"batch-1","status":"failed"}',
    ],
)
def test_a_reference_is_found_however_it_is_wrapped(text: str) -> None:
    assert mentioned(text).references({"batch-1"}) == ("batch-1",)


@pytest.mark.parametrize(
    "text", ["batch-10", "xbatch-1", "batch-1.2.3", "batch-1-de", "BATCH-1", "batch-1_x", "batch-1*"]
)
def test_only_whole_words_are_taken_and_no_patterns(text: str) -> None:
    assert mentioned(text).references({"batch-1"}) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('see "Folge 3 DE"', ("Folge 3 DE",)),
        ("see `Folge 3 DE`, please", ("Folge 3 DE",)),
        ("see *Folge 3 DE* · 73% finished", ("Folge 3 DE",)),
        ("two:\n- Folge 3 DE\n- other", ("Folge 3 DE",)),
        ("see Folge 3 DE today", ()),
        ("don't say 'Folge 3 DE' or it's", ("Folge 3 DE",)),
    ],
)
def test_a_reference_with_spaces_is_taken_in_quotes_or_alone_on_a_line(text: str, found: tuple[str, ...]) -> None:
    assert mentioned(text).references({"Folge 3 DE"}) == found


def test_of_what_overlaps_the_longest_is_meant() -> None:
    known = {"batch-1", "batch-1/de", "de"}
    assert mentioned("batch-1/de and batch-1").references(known) == ("batch-1/de", "batch-1")
    assert mentioned('"batch-1 final"').references({"batch-1", "batch-1 final"}) == ("batch-1 final",)


def test_references_come_in_the_order_of_the_text_and_once() -> None:
    assert mentioned("b, a and b; then a").references({"a", "b"}) == ("b", "a")


def test_ids_are_found_in_words_and_addresses() -> None:
    text = f"{ID.upper()} failed, see {LINK}?signature=abc#t=1."
    found = mentioned(text)
    assert [each.text for each in found.ids] == [ID, ID]
    assert [each.text for each in found.links] == [LINK]
    assert found.references((), of_ids={ID: "batch-1"}) == ("batch-1",)
    assert found.references((), of_links={LINK: "batch-1"}) == ("batch-1",)


@pytest.mark.parametrize("text", [f"a{ID}", f"{ID}0", ID[:-1], ID.replace("-", "")])
def test_what_only_looks_like_an_id_is_none(text: str) -> None:
    assert mentioned(text).ids == ()


def test_a_reference_that_looks_like_an_id_is_one() -> None:
    assert mentioned(f"how is {ID}?").references({ID}) == (ID,)


def test_what_is_signed_in_an_address_is_left_out_of_it() -> None:
    assert [each.text for each in mentioned("(https://x.io/a.mp4?sig=1)").links] == ["https://x.io/a.mp4"]


@given(REFERENCES, PROSE, PROSE)
def test_a_reference_between_words_is_always_found(reference: str, before: str, after: str) -> None:
    assert reference in names(f"{before} {reference} {after}")


@given(st.text(alphabet="ab1 -.,;:/\"'`*_(){}\n“”", max_size=200))
def test_whatever_is_found_stands_there(text: str) -> None:
    for each in mentioned(text).names:
        assert text[each.start : each.end] == each.text
        assert each.text.strip() == each.text != ""


@given(st.lists(st.sampled_from(["a", "b", "a/b", "b c", "x"]), max_size=12), st.sampled_from([" ", ", ", "\n"]))
def test_no_piece_of_a_text_is_meant_twice(words: list[str], between: str) -> None:
    known = {"a", "b", "a/b", "x"}
    found = mentioned(between.join(words)).references(known)
    assert len(set(found)) == len(found)
    assert ("a/b" in found) == ("a/b" in words)
    assert set(found) <= known


@pytest.mark.parametrize(
    "text",
    [
        "a," * 20_000,
        "))))" * 10_000,
        "((((,))))," * 4_000,
        '"' * 40_000,
        "“„" * 20_000,
        "*a" * 20_000,
        "a b " * 10_000,
        "http://" * 6_000,
        f"{ID} " * 1_200,
        "a/b/c/d/e/f/g/h/i/j/k/l " * 1_700,
        "x" * 40_000,
        "\n" * 40_000,
        "batch-1 " * 200_000,
    ],
    ids=lambda text: text[:6],
)
def test_no_text_takes_long_or_finds_too_much(text: str) -> None:
    begun = time.perf_counter()
    found = mentioned(text)
    found.references({each.text for each in found.names})
    assert time.perf_counter() - begun < 1  # of some 50 ms: the machine may be busy
    assert len(found.names) <= MOST_NAMES
    assert len(found.ids) <= MOST_IDS
    assert all(len(each.text) <= LONGEST_NAME for each in found.names)


def test_a_word_that_is_cut_off_is_none() -> None:
    text = "x" * 20 + " batch-1" * 10_000
    assert mentioned(text).references({"batch-1", "batch-", "batch", "b"}) == ("batch-1",)
    assert mentioned("batch-1/" * 9_000).references({"batch-1"}) == ()


def test_many_ids_are_all_different_ones() -> None:
    every = [str(uuid.UUID(int=number)) for number in range(3 * MOST_IDS)]
    assert [each.text for each in mentioned("\n".join(every)).ids] == every[:MOST_IDS]
