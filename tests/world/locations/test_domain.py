"""What people paste comes to places or stays as their own words; nothing is fetched and nothing is lost."""

from __future__ import annotations

import time
import unicodedata
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.world.locations.domain import Resolved, Unread, resolve_line, resolve_text
from recourse.world.rules.load import rules

DUSK = "https://t.me/dusk_harbour/12"


@pytest.mark.parametrize(
    ("line", "kind", "canonical", "private"),
    [
        ("https://t.me/dusk_harbour/12", "message", DUSK, False),
        ("HTTPS://T.ME/DUSK_HARBOUR/12", "message", DUSK, False),
        ("http://telegram.me/Dusk_Harbour/12/", "message", DUSK, False),
        ("telegram.dog/dusk_harbour/012?single", "message", DUSK, False),
        ("www.t.me/dusk_harbour/12", "message", DUSK, False),
        ("https://t.me:443/dusk_harbour/12", "message", DUSK, False),
        ("https://t.me./dusk_harbour/12", "message", DUSK, False),
        ("https://t.me/s/dusk_harbour/12", "message", DUSK, False),
        ("https://t.me/dusk_harbour/3/12?thread=3", "message", DUSK, False),
        ("https://dusk_harbour.t.me/12", "message", DUSK, False),
        ("tg://resolve?domain=Dusk_Harbour&post=12", "message", DUSK, False),
        ("tg:resolve?post=12&domain=dusk_harbour", "message", DUSK, False),
        ("TG://RESOLVE?domain=dusk_harbour&post=12", "message", DUSK, False),
        ("  «https://t.me/dusk_harbour/12».  ", "message", DUSK, False),
        ("<https://t.me/dusk_harbour/12>", "message", DUSK, False),
        ("(t.me/dusk_harbour/12)", "message", DUSK, False),
        ("\u200f\u2067https://t.me/dusk_harbour/12\u2069", "message", DUSK, False),
        ("\ufeffhttps://t.me/dusk_harbour/12\u200b", "message", DUSK, False),
        ("https://t.me/dusk%5fharbour/%31%32", "message", DUSK, False),
        ("https://t.me/dusk_harbour/12#top", "message", DUSK, False),
        ("https://t.me/dusk_harbour/12?comment=345", "comment", DUSK + "?comment=345", False),
        ("https://t.me/dusk_harbour/s/5", "story", "https://t.me/dusk_harbour/s/5", False),
        ("https://t.me/dusk_harbour", "channel_or_user", "https://t.me/dusk_harbour", False),
        ("t.me/s/dusk_harbour/?before=90", "channel_or_user", "https://t.me/dusk_harbour", False),
        ("https://web.telegram.org/a/#@dusk_harbour", "channel_or_user", "https://t.me/dusk_harbour", False),
        ("https://t.me/c/1234567890/12", "private_message", "https://t.me/c/1234567890/12", True),
        ("https://t.me/c/1234567890/7/12", "private_message", "https://t.me/c/1234567890/12", True),
        ("tg://privatepost?channel=1234567890&post=12", "private_message", "https://t.me/c/1234567890/12", True),
        ("https://t.me/+AbCdEfGhIjKl", "invite", "https://t.me/+AbCdEfGhIjKl", True),
        ("https://t.me/joinchat/AbCdEfGhIjKl", "invite", "https://t.me/+AbCdEfGhIjKl", True),
        ("tg://join?invite=AbCdEfGhIjKl", "invite", "https://t.me/+AbCdEfGhIjKl", True),
    ],
)  # fmt: skip
def test_every_way_to_write_a_place_comes_to_one(line: str, kind: str, canonical: str, private: bool) -> None:
    resolved = resolve_line(line)
    assert resolved is not None
    assert (resolved.platform, resolved.kind, resolved.canonical) == ("telegram", kind, canonical)
    assert resolved.private is private
    assert resolved.verbatim == line.strip()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "@dusk_harbour",
        "dusk_harbour",
        "https://t.me@harbour.example/dusk_harbour/12",
        "https://somebody@t.me/dusk_harbour/12",
        "https://somebody:secret@t.me/dusk_harbour/12",
        "https://t.me:8443/dusk_harbour/12",
        "https://t.me:0443/dusk_harbour/12x",
        "https://t.me\\@harbour.example/dusk_harbour/12",
        "https:\\\\t.me\\dusk_harbour\\12",
        "https:///t.me/dusk_harbour/12",
        "https://t\u3002me/dusk_harbour/12",  # ideographic full stop
        "https://\uff54.me/dusk_harbour/12",  # full-width
        "https://t.me/dusk\u202e_harbour/12",
        "https://t.me/dusk_harbour/12\x00",
        "https://t.me/dusk_harbour%2f12",
        "https://t.me/dusk_harbour/%2e%2e/12",
        "https://t.me/dusk_harbour/%2512",
        "https://t.me/../dusk_harbour/12",
        "https://t.me//dusk_harbour/12",
        "https://t.me/dusk_harbour/1234567890123",
        "https://t.me/abc/12",
        "https://t.me/1harbour/12",
        "https://t.me/" + "a" * 33 + "/12",
        "https://t.me/+821012345678",
        "https://t.me/share/url?url=https://t.me/dusk_harbour/12",
        "https://t.me/joinchat/short",
        "https://t.me/login/12345",
        "https://[::1]/dusk_harbour/12",
        "https://127.0.0.1/dusk_harbour/12",
        "javascript:location='https://t.me/dusk_harbour/12'",
        "data:text/html,https://t.me/dusk_harbour/12",
        "ftp://t.me/dusk_harbour/12",
        "file://t.me/dusk_harbour/12",
        "tg://resolve?phone=821012345678",
        "tg://user?id=1",
        "https://t.me/dusk_harbour/12 and more words",
        "https://t.me/dusk_harbour/12?" + "a" * 5_000,
        "https://t.me/" + "%" * 3_000,
    ],
)
def test_what_is_not_certain_is_not_a_place(line: str) -> None:
    assert resolve_line(line) is None


@pytest.mark.parametrize(
    ("line", "canonical"),
    [
        ("https://nott.me/dusk_harbour/12", "https://nott.me/dusk_harbour/12"),
        ("https://t.me.harbour.example/dusk_harbour/12", "https://t.me.harbour.example/dusk_harbour/12"),
        ("https://\u0442.me/dusk_harbour/12", "https://xn--r1a.me/dusk_harbour/12"),  # Cyrillic
        ("https://instagra\u217f.com/p/AbCdEfGhIjK/", None),  # a Roman numeral that browsers read as "m"
        ("https://x.com.harbour.example/a/status/12", "https://x.com.harbour.example/a/status/12"),
        ("https://\u0445.com/a/status/12", "https://xn--u1a.com/a/status/12"),  # Cyrillic
    ],
)
def test_a_look_alike_is_a_place_of_the_open_web_that_shows_its_real_name(
    line: str, canonical: str | None
) -> None:
    resolved = resolve_line(line)
    if canonical is None:
        assert resolved is None or resolved.platform == "instagram"
    else:
        assert resolved is not None
        assert (resolved.platform, resolved.canonical) == ("web", canonical)


def test_a_text_comes_apart_in_order_each_place_once() -> None:
    text = (
        "1. https://t.me/Dusk_Harbour/12\n"
        "- t.me/dusk_harbour/13, t.me/dusk_harbour/14;t.me/dusk_harbour/15\n"
        "\n"
        "the same again: https://telegram.me/dusk_harbour/12\n"
        "there is also a channel called dusk\n"
        "https://t.me/c/1234567890/12\n"
    )
    found = resolve_text(text)
    assert [one.canonical if isinstance(one, Resolved) else one.verbatim for one in found] == [
        DUSK,
        "https://t.me/dusk_harbour/13",
        "https://t.me/dusk_harbour/14",
        "https://t.me/dusk_harbour/15",
        "the same again: https://telegram.me/dusk_harbour/12",
        "there is also a channel called dusk",
        "https://t.me/c/1234567890/12",
    ]


def test_letters_behind_a_link_are_not_part_of_it() -> None:
    found = resolve_text("텔레그램 https://t.me/dusk_harbour/12에서 봤어요")
    assert isinstance(found[0], Resolved)
    assert found[0].canonical == DUSK
    assert found[1] == Unread("텔레그램 https://t.me/dusk_harbour/12에서 봤어요")


def test_a_name_that_goes_on_in_other_letters_is_not_cut_to_another_place() -> None:
    for line in ("https://t.me/dusk\u00e9/12", "t.me/dusk_harbour/12\u0661/5"):
        assert resolve_text(line) == [Unread(line)]


def test_links_of_every_platform_come_apart_in_one_text() -> None:
    text = (
        "https://x.com/dusk_harbour/status/12/photo/2,https://youtu.be/aBcDeFgHiJ1?t=90 and\n"
        "https://harbour.example/a,b;https://harbour.example/lamps/12에서 봤어요\n"
        "https://harbour.example/게시판/글 www.instagram.com/p/AbCdEfGhIjK/?img_index=3\n"
    )
    found = [one for one in resolve_text(text) if isinstance(one, Resolved)]
    assert [(one.platform, one.canonical, one.position) for one in found] == [
        ("x", "https://x.com/i/status/12", "2"),
        ("youtube", "https://www.youtube.com/watch?v=aBcDeFgHiJ1", "90"),
        ("web", "https://harbour.example/a,b", ""),
        ("web", "https://harbour.example/lamps/12", ""),
        ("web", "https://harbour.example/%EA%B2%8C%EC%8B%9C%ED%8C%90/%EA%B8%80", ""),
        ("instagram", "https://www.instagram.com/p/AbCdEfGhIjK/", "3"),
    ]


HOSTILE = {
    "one long word": "a" * 65_536,
    "dots": "a." * 32_768,
    "hyphens": "a-" * 32_768,
    "schemes": "https://" * 8_192,
    "slashes": "/" * 65_536,
    "percent": "https://t.me/" + "%25" * 21_000,
    "parameters": "https://t.me/dusk/1?" + "a=b&" * 16_000,
    "commas": "t.me/dusk/1," * 5_400,
    "at signs": "https://" + "a@" * 32_000,
    "direction marks": "\u202e" * 65_536,
    "combining": "t.me/dusk/1" + "\u0301" * 65_000,
    "digits": "https://t.me/dusk/" + "1" * 65_000,
    "invites": "https://t.me/+" + "1" * 65_000,
    "hosts": ("a" * 63 + ".") * 1_000,
    "bullets": "1." * 32_768,
    "lines": "\n" * 65_536,
    "surrogates": "\udcff\ud800" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_64_kb_of_hostile_text_is_read_in_time(name: str) -> None:
    began = time.process_time()
    found = resolve_text(HOSTILE[name])
    assert time.process_time() - began < 1.0
    assert len(found) <= 501


def test_thousands_of_links_are_bounded_and_none_is_lost() -> None:
    lines = [f"https://t.me/harbour{number}/1" for number in range(5_000)]
    found = resolve_text("\n".join(lines), limit=500)
    assert len(found) == 501
    assert all(isinstance(one, Resolved) for one in found[:500])
    rest = found[-1]
    assert isinstance(rest, Unread)
    assert rest.verbatim.splitlines() == lines[500:]


def test_at_the_limit_the_words_of_the_line_stay_with_the_rest() -> None:
    found = resolve_text("t.me/harbour1/1\nsome words t.me/harbour2/1 and t.me/harbour3/1", limit=2)
    assert found[-1] == Unread("some words t.me/harbour2/1 and t.me/harbour3/1")


# -- properties ----------------------------------------------------------------------------------------------

_names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{4,31}", fullmatch=True).filter(
    lambda name: name.lower() not in rules().platforms["telegram"].kind("message").reserved["name"]
)
_numbers = st.integers(1, 10**11)


@given(name=_names, number=_numbers)
def test_all_spellings_of_a_post_come_to_the_same_place(name: str, number: int) -> None:
    spellings = [
        f"https://t.me/{name}/{number}",
        f"http://telegram.me/s/{name.upper()}/{number}?embed=1",
        f"telegram.dog/{name.lower()}/00{number}"[:80],
        f"tg://resolve?domain={name}&post={number}",
        f"{name}.t.me/{number}",
    ]
    places = {resolved.canonical for line in spellings if (resolved := resolve_line(line)) is not None}
    assert f"https://t.me/{name.lower()}/{number}" in places
    assert len(places) == 1


@given(name=_names, number=_numbers)
def test_a_canonical_form_reads_as_itself(name: str, number: int) -> None:
    first = resolve_line(f"t.me/{name}/{number}")
    assert first is not None
    again = resolve_line(first.canonical)
    assert again is not None
    assert (again.kind, again.canonical) == (first.kind, first.canonical)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error_and_every_word_is_kept(text: str) -> None:
    found = resolve_text(text)
    kept = "\n".join(one.verbatim for one in found)
    for line in text.splitlines():
        if any(character.isalpha() for character in line):
            assert line.strip() in kept or any(one.verbatim in line for one in found)


_pieces = st.lists(
    st.sampled_from(
        ["https://", "http://", "tg://", "t.me", "telegram.me", "/", "//", "@", ":", "?", "#", "&", "=", "%2f", "%00",
         "dusk_harbour", "12", "s/", "c/", "+", "joinchat/", "resolve?domain=", "post=", " ", "\n", "\\", "\u202e",
         "\u0442", "xn--", ".", ",", "é", "harbour.example", "user:pw@", "\x00", "[::1]", "127.0.0.1"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(_pieces)
def test_a_place_is_always_on_the_platform_it_names(text: str) -> None:
    for one in resolve_text(text):
        if isinstance(one, Resolved):
            assert one.platform in ("telegram", "web")
            assert (one.platform == "telegram") == one.canonical.startswith("https://t.me/")
            assert one.canonical.isascii()
            assert "@" not in urlsplit(one.canonical).netloc
            assert "\\" not in one.verbatim
            assert not any(unicodedata.category(character) == "Cc" for character in one.canonical)


@given(_pieces)
def test_user_names_in_links_never_lead_to_a_place(text: str) -> None:
    line = "https://user:pw@t.me/" + text.replace(" ", "").replace("\n", "")
    assert resolve_line(line) is None
