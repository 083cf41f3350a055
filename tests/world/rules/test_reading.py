"""One place, one canonical form: whatever people paste of it comes to the same, and nothing else does."""

from __future__ import annotations

import random
import time
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.world.rules import open_web
from recourse.world.rules.load import rules
from recourse.world.rules.reading import MAX_LINK, Reading, read
from recourse.world.rules.schema import Platform

EVERYBODY = tuple(rules().platforms.values())
EXAMPLES = [
    pytest.param(platform, example.given, example.canonical, id=f"{platform.id}-{location.kind}-{number}")
    for platform in EVERYBODY
    for location in platform.location
    for number, example in enumerate(location.examples)
]
HANDLES_AND_IDS = st.fixed_dictionaries(
    {
        "name": st.from_regex(r"[A-Za-z][A-Za-z0-9_]{5,14}", fullmatch=True),
        "number": st.integers(10**8, 10**16),
        "code": st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True).filter(
            lambda code: code not in ("videoseries", "live_stream")
        ),
    }
)
# Every spelling of one place, and its canonical form. What must not matter: host alias, name before an X post, slug.
SPELLINGS = {
    "https://x.com/i/status/{number}": [
        "https://x.com/{name}/status/{number}",
        "http://www.twitter.com/someone_else/statuses/{number}/photo/3?s=20",
        "mobile.twitter.com/i/web/status/000{number}",
        "https://fixupx.com/{name}/status/{number}/video/1",
        "https://twitter.com/#!/{name}/status/{number}",
    ],
    "https://www.youtube.com/watch?v={code}": [
        "https://youtu.be/{code}?t=1m30s",
        "http://m.youtube.com/watch?list=PL1&v={code}&t=4",
        "https://www.youtube.com/shorts/{code}",
        "https://youtube-nocookie.com/embed/{code}?start=3",
        "music.youtube.com/watch?v={code}",
    ],
    "https://www.instagram.com/p/{code}/": [
        "https://instagram.com/reel/{code}",
        "http://www.instagram.com/{name}/p/{code}/?img_index=2&igsh=x",
        "instagr.am/tv/{code}/",
        "https://www.instagram.com/reels/{code}/embed/",
    ],
    "https://www.facebook.com/{number}": [
        "https://m.facebook.com/{name}/posts/{number}?ref=x",
        "https://www.facebook.com/{name}/posts/the-boats/{number}/",
        "https://ko-kr.facebook.com/permalink.php?id=12345&story_fbid={number}",
        "fb.com/{number}",
    ],
    "https://www.facebook.com/watch/?v={number}": [
        "https://facebook.com/reel/{number}",
        "https://touch.facebook.com/{name}/videos/{number}/?t=3",
        "https://www.facebook.com/video.php?v={number}",
    ],
}


def reading(link: str) -> Reading:
    found = read(link, EVERYBODY)
    assert found is not None, link
    return found


@pytest.mark.parametrize("canonical", SPELLINGS)
@given(parts=HANDLES_AND_IDS)
def test_every_spelling_of_a_place_comes_to_its_canonical_form(
    canonical: str, parts: dict[str, object]
) -> None:
    wanted = canonical.format(**parts)
    for spelling in (*SPELLINGS[canonical], canonical):
        assert reading(spelling.format(**parts)).canonical == wanted, spelling


@pytest.mark.parametrize("canonical", [key for key in SPELLINGS if "{code}" in key])
@given(parts=HANDLES_AND_IDS, data=st.data())
def test_codes_are_told_apart_by_case(canonical: str, parts: dict[str, str], data: st.DataObject) -> None:
    other = parts["code"].swapcase()
    same = other == parts["code"]
    here, there = (reading(canonical.format(code=code)).canonical for code in (parts["code"], other))
    assert (here == there) is same


@pytest.mark.parametrize(("platform", "given_", "canonical"), EXAMPLES)
def test_case_of_scheme_and_host_never_matters(platform: Platform, given_: str, canonical: str) -> None:
    head, separator, rest = given_.partition("://") if "://" in given_ else ("", "", given_)
    host, slash, path = rest.partition("/")
    if head.lower() in ("tg", ""):
        host = host if "?" in host else host.upper()
    shouted = f"{head.upper()}{separator}{host.upper() if head else host}{slash}{path}"
    if head.lower() == "tg":
        shouted = f"{head.upper()}{separator}{rest}"
    found = reading(shouted)
    assert (found.platform.id, found.canonical) == (platform.id, canonical)


@pytest.mark.parametrize(("platform", "given_", "canonical"), EXAMPLES)
def test_a_canonical_form_reads_as_itself(platform: Platform, given_: str, canonical: str) -> None:
    first, again = reading(given_), reading(canonical)
    assert again.location is first.location
    assert again.canonical == canonical
    assert again.canonical.isascii()


@pytest.mark.parametrize(("platform", "given_", "canonical"), EXAMPLES)
def test_hostile_dress_of_a_link_is_never_the_platforms_place(
    platform: Platform, given_: str, canonical: str
) -> None:
    parts = urlsplit(canonical)
    host, rest = parts.netloc, canonical.partition(parts.netloc)[2]
    dressed = [
        f"https://{host}.harbour.example{rest}",
        f"https://{host}@harbour.example{rest}",
        f"https://user:word@{host}{rest}",
        f"https://{host}:8443{rest}",
        f"https://harbour.example\\@{host}{rest}",
        f"https://{host}\\.harbour.example{rest}",
        f"https://not-{host.removeprefix('www.')}{rest}",
        f"https://harbour.example/?url={quote(canonical)}",
        f"https://{host}%2eharbour.example{rest}",
        f"https://\u202e{host}{rest}",
        f"https://{host}\u200b{rest}",
        f"{canonical}\x00",
        f"javascript:{canonical}",
        f"ftp://{host}{rest}",
    ]
    for link in dressed:
        found = read(link, EVERYBODY)
        if platform.id == "web":
            assert found is None or urlsplit(found.canonical).netloc != host or ":8443" not in link, link
        else:
            assert found is None or found.platform.id == "web", link
            if found is not None:
                assert urlsplit(found.canonical).netloc not in platform.hosts, link


@given(st.text(max_size=200))
def test_whatever_is_pasted_is_read_without_an_error_and_stays_readable(text: str) -> None:
    for link in (text, "https://" + text, "https://harbour.example/" + text, "https://x.com/" + text):
        found = read(link, EVERYBODY)
        if found is not None:
            assert len(found.canonical) <= MAX_LINK
            assert reading(found.canonical).canonical == found.canonical


@given(st.sampled_from(sorted(rules().platforms)), st.text("abcABC019/?=&#%.@:_-+", max_size=40))
def test_nothing_on_a_platforms_own_host_is_read_as_open_web(platform: str, rest: str) -> None:
    for host in rules().platforms[platform].hosts:
        found = read(f"https://{host}/{rest}", EVERYBODY)
        assert found is None or found.platform.id == platform
        below = read(f"https://deep.{host}/{rest}", EVERYBODY)
        assert below is None or below.platform.id == platform


@pytest.mark.parametrize(
    "unit", ["a", "/", "%25", "?a=b&", "#", "posts/", "é", "0", "@", "..", "=", "&utm_a=b"]
)
@pytest.mark.parametrize(
    "host", ["https://harbour.example/", *(f"https://{p.hosts[0]}/" for p in EVERYBODY if p.hosts)]
)
def test_a_link_without_end_is_refused_or_read_in_time(host: str, unit: str) -> None:
    short, long = host + unit * (1_900 // len(unit)), host + unit * 200_000
    began = time.process_time()
    for _ in range(20):
        read(short, EVERYBODY)
    assert read(long, EVERYBODY) is None
    assert time.process_time() - began < 1.0


# -- the open web -------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(["a=1", "b=2", "utm_source=x", "fbclid=y", "c", "a=3", "UTM_X=1", "=", "_ga=1"]),
        max_size=8,
    )
)
def test_what_tracks_is_dropped_and_the_rest_keeps_its_order(parameters: list[str]) -> None:
    link = "https://harbour.example/12?" + "&".join(parameters)
    kept = [one for one in parameters if one in ("a=1", "b=2", "c", "a=3", "=")]
    wanted = "https://harbour.example/12" + ("?" + "&".join(kept) if kept else "")
    assert reading(link).canonical == wanted


@given(st.text("abcXYZ019-._~!$'()*+,;=:@ é%", max_size=30), st.randoms())
def test_percent_escapes_of_one_path_come_to_one_place(path: str, shuffled: random.Random) -> None:
    def dress(character: str) -> str:
        spelled = "".join(f"%{byte:02x}" for byte in character.encode())
        plain = character.isalnum() and character.isascii()
        return character if plain and shuffled.random() < 0.5 else spelled

    plain = "https://harbour.example/p" + "".join(
        c if c.isalnum() and c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in path
    )
    dressed = "https://harbour.example/p" + "".join(map(dress, path))
    assert reading(plain).canonical == reading(dressed).canonical


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://BÜCHER.example/", "xn--bcher-kva.example"),
        ("https://faß.example/", "xn--fa-hia.example"),
        ("https://한글.example/", "xn--bj0bj06e.example"),
        ("https://a\u00adb.example/", None),  # a soft hyphen hides
        ("https://harbour\u3002example/", "harbour.example"),
        ("https://1.1.1.1/", "1.1.1.1"),
        ("https://0x1010101/", None),  # an odd spelling of 1.1.1.1 is read as it, and shown plain
        ("https://[2606:4700:4700::1111]/", "[2606:4700:4700::1111]"),
        ("https://[2001:db8::1]/", None),
        ("https://10.0.0.1/", None),
        ("https://localhost./", None),
        ("https://harbour..example/", None),
        ("https://-harbour.example/", None),
        ("https://" + "a" * 64 + ".example/", None),
        ("https://harbour.example:443/", "harbour.example"),
        ("http://harbour.example:443/", None),
        ("https://harbour.example:0443/", "harbour.example"),
        ("https:/harbour.example/", None),
        ("https:harbour.example", None),
    ],
)
def test_hosts_are_read_as_a_browser_reads_them(link: str, host: str | None) -> None:
    found = open_web.parse(link)
    if link == "https://0x1010101/":
        assert found is not None
        assert found.host == "1.1.1.1"
    else:
        assert (found and found.host) == host
