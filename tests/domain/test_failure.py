import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.failure import NO_REASON, kind_of, kinds, shown, without_queries
from tests.builders import request, uuid


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("video URL is not accessible", "Video  URL is not accessible "),
        ("cannot read https://a.example/x.mp4?sig=1", "cannot read https://b.example/y/z.mov"),
        (f"clip {uuid(1)} is broken", f"clip {uuid(2**100)} is broken"),
        ("audio is 132.4 s, longer than 120 s", "audio is 7 s, longer than 6.25 s"),
        ("expired at 2026-04-01T12:00:00Z", "expired at 2026-11-23 08:15:59.123+02:00"),
        ("started 12:30, no face", "started 7:05:09, no face"),
        ('no track named "Main Audio"', 'no track named "dialog 2"'),
        ("no track named 'a'", "no track named 'b c'"),
        ("no file /mnt/in/a.wav here", "no file /data/b/c.wav here"),
        ("no file C:\\in\\a.wav here", "no file D:\\b.wav here"),
        ("job deadbeef01 died", "job 0123abcdef died"),
        ("job req_8fKq2Lm died", "job req_77aZ0pQr died"),
        ("clip 01JQ8V3N4M5P6R7S8T9VWXYZAB is broken", "clip 01JZZZZZZM5P6R7S8T9VWXYZAB is broken"),
        ("cannot read anna.mp4", "cannot read bob-2.mov"),
        ("cannot read bucket/folder/anna.mp4", "cannot read other/bob.mp4"),
        (None, ""),
    ],
)
def test_messages_that_differ_only_in_particulars_are_one_kind(one: str | None, other: str | None) -> None:
    assert kind_of(one) == kind_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no face detected", "no voice detected"),
        ("can't read the video, it's too long", "can't read the audio, it's too long"),
        ("facade effaced", "decade effaced"),
        ("no reason", None),
    ],
)
def test_messages_that_say_something_else_are_another_kind(one: str | None, other: str | None) -> None:
    assert kind_of(one) != kind_of(other)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "GET https://store.example/a.mp4?X-Signature=s3cret&e=1#frag answered 403",
            "GET https://store.example/a.mp4 answered 403",
        ),
        ("no s3://b/k.mp4?X-Amz-Signature=SECRET there", "no s3://b/k.mp4 there"),
        ("no gs://b/k.mp4?X-Goog-Signature=SECRET", "no gs://b/k.mp4"),
        ("storage.x.com/a.mp4?sig=SECRET: status 403", "storage.x.com/a.mp4: status 403"),
        ("cannot get localhost?sig=SECRET", "cannot get localhost"),
        ("cannot get //cdn/a?token=SECRET", "cannot get //cdn/a"),
        ('bad https://a/b?x="SECRET"&sig=SECRET2 here', "bad https://a/b here"),
        ("bad https://a/b?q=it's&sig=SECRET", "bad https://a/b"),
        ('bad https://a/b?name="my clip.mp4"&sig=SECRET', 'bad https://a/b clip.mp4"'),
        ("bad https://a/b ?sig=SECRET", "bad https://a/b"),
        ("bad https://a/b?sig=\x00SECRET", "bad https://a/b"),
        ("bad https://a/b?SECRET", "bad https://a/b"),
        ("what?,https://a/b?SECRET", "what"),
        ("?https://a/b?SECRET", "?https://a/b"),
        ("bad https://a/b#access_token=SECRET", "bad https://a/b"),
        ("bad https://a/b#SECRET, sorry", "bad https://a/b, sorry"),
        ('cannot read "https://a/b?sig=SECRET==".', 'cannot read "https://a/b".'),
        ("cannot read (https://a/b?sig=SECRET)", "cannot read (https://a/b)"),
        ("no https://user:pw@host/a.mp4", "no https://host/a.mp4"),
        ("no https://user:p@w@host:80/a.mp4?sig=SECRET", "no https://host:80/a.mp4"),
        ("no s3://KEY:se/cr+et@bucket/a.mp4", "no s3://…"),
        ("no https://host:8080/@ana/a.mp4", "no https://host:8080/@ana/a.mp4"),
    ],
)
def test_what_is_secret_in_a_url_never_shows(message: str, said: str) -> None:
    assert shown(message) == said


@pytest.mark.parametrize(
    "message",
    [
        "is the face visible? try again",
        "what?",
        "no face (why?)",
        "Really?! Ask ana@x.example about clip #5, or C# at 12:30: a = b & c",
        "is it a.mp4? or https://a.example/b.mp4?",
        "#5: no face",
        "#5:failed",
    ],
)
def test_a_plain_question_stays_readable(message: str) -> None:
    assert shown(message) == message


_PART = st.text(st.characters(exclude_categories=["Z", "C"]), max_size=20)
_USER = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="/?#"), max_size=20)


@given(
    before=st.text(max_size=40),
    address=st.sampled_from(["https://a/b", "s3://b/k.mp4", "//cdn/a", "x.example/a.mp4", "HTTP://[::1]:80", "a:b"]),
    mark=st.sampled_from("?#"),
    names=st.tuples(_PART, _PART),
    after=st.text(string.whitespace, min_size=1).flatmap(lambda space: st.text(max_size=40).map(space.__add__)),
)
def test_the_query_of_a_url_in_any_text_never_shows(
    before: str, address: str, mark: str, names: tuple[str, str], after: str
) -> None:
    text = f"{before}{address}{mark}{names[0]}SECRET{names[1]}{after}"
    assert "SECRET" not in shown(text, 10_000)
    assert "SECRET" not in without_queries(text)


@given(before=st.text(max_size=40), user=_USER, after=st.text(max_size=40))
def test_the_password_in_a_url_never_shows(before: str, user: str, after: str) -> None:
    assert "SECRET" not in shown(f"{before}https://{user}:SECRET@host/a.mp4{after}", 10_000)


def test_a_very_long_message_is_shown_as_fast_as_it_is_read() -> None:
    for sign in ("?", "&", "//:", "//a:b@", "@"):
        assert len(shown(sign * 200_000)) <= 160


def test_a_message_is_shown_on_one_line_and_cut() -> None:
    said = shown("line one\nline\ttwo\x00\x07 " + "x" * 5_000, 40)
    assert said.startswith("line one line two xxx")
    assert len(said) == 40
    assert said.endswith("…")


@pytest.mark.parametrize("nothing", [None, "", "  \n", "\x00"])
def test_no_message_is_told_as_no_reason(nothing: str | None) -> None:
    assert shown(nothing) == NO_REASON


def test_kinds_come_largest_first_with_ids_oldest_first() -> None:
    found = kinds(
        [
            request(1, "failed", error="no face detected", created=50),
            request(2, "failed", error="bad url https://a.example/1"),
            request(3, "failed", error="bad url https://a.example/2", created=90),
            request(4, "failed", error="bad url https://a.example/3", created=30),
            request(5, "completed"),
        ]
    )
    assert [(kind.name, kind.count) for kind in found] == [("bad url https://a.example/1", 3), ("no face detected", 1)]
    assert found[0].ids == (uuid(2), uuid(4), uuid(3))
    assert found[0].first_at < found[0].last_at


@given(st.text(max_size=6_000))
def test_any_text_has_a_kind_and_can_be_shown(text: str) -> None:
    assert len(kind_of(text)) == 16
    said = shown(text)
    assert 0 < len(said) <= 160
    assert not set(said) & set("\x00\n\r\t\x1b\x7f")
