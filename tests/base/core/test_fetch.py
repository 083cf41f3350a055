"""One client for the outside: redirects, endless and dripping pages, bombs, certificates. Against a local site."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpcore
import pytest
import trustme

from recourse.base.core.errors import FetchRefusedError, MisconfiguredError, OutsideError
from recourse.base.core.fetch import FetchLimits, GuardedDialler, SafeFetcher, check_url
from recourse.base.core.fetch_errors import (
    AddressRefusedError,
    BadEncodingError,
    BadUrlError,
    DowngradeRefusedError,
    NoAnswerError,
    PortRefusedError,
    SchemeRefusedError,
    TlsFailedError,
    TooLargeError,
    TooManyRedirectsError,
    TooSlowError,
)
from recourse.base.core.fetch_wire import Unpacker
from tests.base.core.local_site import Answer, LocalDialler, Site, onward, page

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HELLO = b"<title>a harbour at dusk</title>"
OpenSite = Callable[[dict[str, Answer]], Site]
OpenWorld = Callable[..., tuple[SafeFetcher, LocalDialler]]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def open_site() -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def open_(answers: dict[str, Answer], tls: ssl.SSLContext | None = None) -> Site:
        sites.append(Site(answers, tls))
        return sites[-1]

    yield open_
    for site in sites:
        site.close()


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


def server_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def world(
    open_site: Callable[..., Site], context: ssl.SSLContext
) -> Callable[[dict[str, Answer]], SafeFetcher]:
    """A fetcher for which http://site.example is a local site with these answers."""

    def make(answers: dict[str, Answer]) -> SafeFetcher:
        site = open_site(answers)
        make.site = site  # type: ignore[attr-defined]
        return SafeFetcher(
            {"home": LocalDialler({("site.example", 80): site.port})}, context, "Recourse test"
        )

    return make


def drip(connection: socket.socket, _path: str) -> None:
    """Headers at once, then a byte every 50 ms for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        connection.sendall(b"a")
        time.sleep(0.05)


def drip_headers(connection: socket.socket, _path: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-A: b\r\n")
        time.sleep(0.05)


def endless(connection: socket.socket, _path: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        connection.sendall(b"a" * 65536)


def endless_headers(connection: socket.socket, _path: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-A: " + b"b" * 1000 + b"\r\n")


def endless_interim(connection: socket.socket, _path: str) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)


def test_a_page_comes_back_whole_with_its_digest(world: Callable[..., SafeFetcher]) -> None:
    fetched = world({"/a?q=1": page(HELLO, "X-One: 1", "Set-Cookie: a=b")}).fetch(
        "http://site.example/a?q=1#fragment", now=NOW
    )
    assert fetched.body == HELLO
    assert fetched.status == 200
    assert not fetched.truncated
    assert fetched.final_url == "http://site.example/a?q=1"
    assert fetched.url == "http://site.example/a?q=1#fragment"
    assert fetched.header("x-one") == "1"
    assert fetched.wire_digest == hashlib.sha256(HELLO).hexdigest()
    assert (fetched.fetched_at, fetched.vantage, fetched.redirects) == (NOW, "home", ())


@pytest.mark.parametrize(
    "status", ["404 Not Found", "410 Gone", "403 Forbidden", "500 Oops", "429 Slow Down"]
)
def test_any_status_is_an_answer(world: Callable[..., SafeFetcher], status: str) -> None:
    fetched = world({"/": page(HELLO, status=status)}).fetch("http://site.example", now=NOW)
    assert (fetched.status, fetched.body) == (int(status[:3]), HELLO)


def test_we_send_no_cookie_no_referrer_and_ask_for_nothing_we_cannot_bound(
    world: Callable[..., SafeFetcher],
) -> None:
    fetcher = world(
        {"/a": page(b"", "Location: /b", "Set-Cookie: a=b", status="302 Found"), "/b": page(HELLO)}
    )
    assert fetcher.fetch("http://site.example/a", now=NOW).redirects == ("http://site.example/a",)
    for request in world.site.requests:  # type: ignore[attr-defined]
        lowered = request.lower()
        assert b"cookie" not in lowered
        assert b"referer" not in lowered
        assert b"accept-encoding: gzip, identity\r\n" in lowered
        assert b"host: site.example\r\n" in lowered


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("file:///etc/passwd", SchemeRefusedError), ("ftp://site.example/", SchemeRefusedError),
        ("gopher://site.example/", SchemeRefusedError), ("javascript:alert(1)", SchemeRefusedError),
        ("//site.example/", SchemeRefusedError), ("site.example", SchemeRefusedError), ("", SchemeRefusedError),
        ("http://u:p@site.example/", BadUrlError),
        ("http://site.example\\@other.example/", BadUrlError), ("http:///a", BadUrlError),
        ("http://①②⑦.0.0.1/", BadUrlError), ("http://site.example/\x00", BadUrlError),
        ("http://site.exa\nmple/", BadUrlError), ("http://[::1", BadUrlError), ("http://a:b/", BadUrlError),
        ("http://site.example/" + "a" * 9000, BadUrlError), ("http://site.example:22/", PortRefusedError),
        ("https://site.example:8443/", PortRefusedError), ("http://site.example:99999/", PortRefusedError),
    ],
)  # fmt: skip
def test_addresses_we_do_not_go_to(context: ssl.SSLContext, url: str, error: type[Exception]) -> None:
    dialler = LocalDialler({})
    with pytest.raises(error):
        SafeFetcher({"home": dialler}, context, "t").fetch(url, now=NOW)
    assert dialler.dialled == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost",
     "127。0。0。1", "169.254.169.254", "[fe80::1%25lo]", "[64:ff9b::7f00:1]", "0"],
)  # fmt: skip
def test_the_guard_stands_behind_every_spelling(context: ssl.SSLContext, host: str) -> None:
    """Some spellings are no address to the parser already; none gets as far as a socket."""
    with pytest.raises((AddressRefusedError, BadUrlError)):
        SafeFetcher({"home": GuardedDialler()}, context, "t").fetch(f"http://{host}/", now=NOW)


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://169.254.169.254/latest/meta-data/", AddressRefusedError),
        ("http://[::ffff:127.0.0.1]/", AddressRefusedError),
        ("http://0x7f000001/", AddressRefusedError),
        ("http://localhost/", AddressRefusedError),
        ("//127.0.0.1/", AddressRefusedError),
        ("file:///etc/passwd", SchemeRefusedError),
        ("http://site.example:6379/", PortRefusedError),
        ("http://u:p@site.example/", BadUrlError),
        ("http://①②⑦.0.0.1/", BadUrlError),
    ],
)
def test_a_redirect_is_checked_like_the_first_address(
    open_site: Callable[..., Site], context: ssl.SSLContext, location: str, error: type[Exception]
) -> None:
    site = open_site({"/": onward(location)})
    guard, local = GuardedDialler(), LocalDialler({("site.example", 80): site.port})

    class Both:
        """The first host is the local site; everything else meets the guard."""

        def connect(self, host: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
            return (local if host == "site.example" else guard).connect(host, port, timeout)

    with pytest.raises(error):
        SafeFetcher({"home": Both()}, context, "t").fetch("http://site.example/", now=NOW)
    assert len(site.requests) == 1


def test_redirects_end(world: Callable[..., SafeFetcher]) -> None:
    fetcher = world({"/": onward("/")})
    with pytest.raises(TooManyRedirectsError):
        fetcher.fetch("http://site.example/", now=NOW, limits=FetchLimits(redirects=5))
    assert len(world.site.requests) == 6  # type: ignore[attr-defined]


def test_a_redirect_status_without_a_place_is_an_answer(world: Callable[..., SafeFetcher]) -> None:
    assert world({"/": page(HELLO, status="302 Found")}).fetch("http://site.example/", now=NOW).status == 302


def test_an_endless_page_is_cut_off(world: Callable[..., SafeFetcher]) -> None:
    limits = FetchLimits(wire_bytes=300_000, body_bytes=1_000_000, seconds=10)
    fetched = world({"/": endless}).fetch("http://site.example/", now=NOW, limits=limits)
    assert fetched.truncated
    assert 290_000 < len(fetched.body) <= 300_000
    limits = FetchLimits(wire_bytes=1_000_000, body_bytes=100_000, seconds=10)
    fetched = world({"/": endless}).fetch("http://site.example/", now=NOW, limits=limits)
    assert (fetched.truncated, len(fetched.body)) == (True, 100_000)


@pytest.mark.parametrize("answer", [endless_headers, endless_interim])
def test_headers_without_end_are_refused(world: Callable[..., SafeFetcher], answer: Answer) -> None:
    with pytest.raises((TooLargeError, NoAnswerError)):
        world({"/": answer}).fetch(
            "http://site.example/", now=NOW, limits=FetchLimits(wire_bytes=500_000, seconds=10)
        )


@pytest.mark.parametrize("answer", [drip, drip_headers])
def test_a_site_that_drips_is_left_at_the_deadline(world: Callable[..., SafeFetcher], answer: Answer) -> None:
    began = time.monotonic()
    with pytest.raises(TooSlowError):
        world({"/": answer}).fetch("http://site.example/", now=NOW, limits=FetchLimits(seconds=0.5))
    assert time.monotonic() - began < 3


def test_the_deadline_spans_all_redirects(world: Callable[..., SafeFetcher]) -> None:
    def slow(connection: socket.socket, path: str) -> None:
        time.sleep(0.3)
        onward("/")(connection, path)

    began = time.monotonic()
    with pytest.raises(TooSlowError):
        world({"/": slow}).fetch(
            "http://site.example/", now=NOW, limits=FetchLimits(seconds=0.7, redirects=50)
        )
    assert time.monotonic() - began < 3


def test_a_site_that_never_shakes_hands_is_left_at_the_deadline(
    open_site: Callable[..., Site], context: ssl.SSLContext
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    fetcher = SafeFetcher(
        {"home": LocalDialler({("s.example", 443): listener.getsockname()[1]})}, context, "t"
    )
    began = time.monotonic()
    with listener, pytest.raises(TooSlowError):
        fetcher.fetch("https://s.example/", now=NOW, limits=FetchLimits(seconds=0.4))
    assert time.monotonic() - began < 3


def test_gzip_is_unpacked_members_in_a_row_too(world: Callable[..., SafeFetcher]) -> None:
    packed = gzip.compress(HELLO, mtime=0) + gzip.compress(b"more", mtime=0)
    fetched = world({"/": page(packed, "Content-Encoding: gzip")}).fetch("http://site.example/", now=NOW)
    assert (fetched.body, fetched.truncated) == (HELLO + b"more", False)


@pytest.mark.parametrize("level", [1, 9])
def test_a_gzip_bomb_stops_at_the_limit(world: Callable[..., SafeFetcher], level: int) -> None:
    bomb = (
        gzip.compress(b"\0" * 300_000_000, level, mtime=0)
        if level == 9
        else gzip.compress(b"\0" * 30_000_000, 1, mtime=0) * 20
    )
    limits = FetchLimits(wire_bytes=3_000_000, body_bytes=1_000_000, seconds=20)
    began = time.monotonic()
    fetched = world({"/": page(bomb, "Content-Encoding: gzip")}).fetch(
        "http://site.example/", now=NOW, limits=limits
    )
    assert (fetched.truncated, len(fetched.body)) == (True, 1_000_000)
    assert time.monotonic() - began < 10


def test_a_bomb_is_never_unpacked_past_the_limit_not_even_for_a_moment() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000, 9, mtime=0)
    unpacker = Unpacker(100_000)
    assert unpacker.feed(bomb) is False
    assert len(unpacker.out) == 100_001


@pytest.mark.parametrize("packing", ["br", "zstd", "deflate", "gzip, gzip", "gzip, br", "compress", "x"])
def test_other_and_nested_packings_are_refused(world: Callable[..., SafeFetcher], packing: str) -> None:
    body = gzip.compress(gzip.compress(HELLO, mtime=0))
    with pytest.raises(BadEncodingError):
        world({"/": page(body, f"Content-Encoding: {packing}")}).fetch("http://site.example/", now=NOW)


def test_packings_named_in_two_headers_are_nested_too(world: Callable[..., SafeFetcher]) -> None:
    body = gzip.compress(gzip.compress(HELLO, mtime=0))
    with pytest.raises(BadEncodingError):
        world({"/": page(body, "Content-Encoding: gzip", "Content-Encoding: gzip")}).fetch(
            "http://site.example/", now=NOW
        )


@pytest.mark.parametrize(
    "body",
    [b"no gzip", gzip.compress(HELLO, mtime=0)[:-9], gzip.compress(HELLO, mtime=0)[:10] + b"\xff" * 20],
)
def test_broken_gzip_is_refused(world: Callable[..., SafeFetcher], body: bytes) -> None:
    with pytest.raises(BadEncodingError):
        world({"/": page(body, "Content-Encoding: gzip")}).fetch("http://site.example/", now=NOW)


@pytest.mark.parametrize(
    "kind", ["image/jpeg", "video/mp4", "audio/ogg", "application/octet-stream", "image/svg+xml"]
)
def test_media_are_never_downloaded(world: Callable[..., SafeFetcher], kind: str) -> None:
    fetched = world({"/": page(HELLO, kind=kind)}).fetch("http://site.example/", now=NOW)
    assert (fetched.status, fetched.body, fetched.truncated) == (200, b"", True)


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\0\0\0\x20ftypmp42", b"RIFF\0\0\0\0WEBP"]
)
def test_media_that_call_themselves_pages_are_dropped(
    world: Callable[..., SafeFetcher], start: bytes
) -> None:
    fetched = world({"/": page(start + b"x" * 100)}).fetch("http://site.example/", now=NOW)
    assert (fetched.body, fetched.truncated) == (b"", True)


@pytest.mark.parametrize(
    "answer",
    [
        lambda *_: None,
        lambda connection, _: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"),
        lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"),
        lambda connection, _: connection.sendall(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        ),
        lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nA\0b: c\r\n\r\n"),
    ],
)
def test_what_is_no_answer_is_none(world: Callable[..., SafeFetcher], answer: Answer) -> None:
    with pytest.raises(NoAnswerError):
        world({"/": answer}).fetch("http://site.example/", now=NOW, limits=FetchLimits(seconds=5))


def test_nobody_at_the_port_is_no_answer(context: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoAnswerError):
        SafeFetcher({"home": LocalDialler({("s.example", 80): port})}, context, "t").fetch(
            "http://s.example/", now=NOW
        )


def tls_world(
    open_site: Callable[..., Site], context: ssl.SSLContext, tls: ssl.SSLContext, **answers: Answer
) -> tuple[SafeFetcher, Site]:
    site = open_site({"/": page(HELLO), **{f"/{name}": answer for name, answer in answers.items()}}, tls)
    hosts = {(host, 443): site.port for host in ("good.example", "evil.example")}
    return SafeFetcher({"home": LocalDialler(hosts)}, context, "t"), site


def test_the_certificate_is_checked_against_the_name_not_the_dialled_address(
    open_site: Callable[..., Site], context: ssl.SSLContext, authority: trustme.CA
) -> None:
    fetcher, site = tls_world(open_site, context, server_tls(authority, "good.example"))
    assert fetcher.fetch("https://good.example/", now=NOW).body == HELLO
    with pytest.raises(TlsFailedError):
        fetcher.fetch("https://evil.example/", now=NOW)
    assert len(site.requests) == 1


def test_a_certificate_of_a_stranger_is_refused(
    open_site: Callable[..., Site], context: ssl.SSLContext
) -> None:
    fetcher, site = tls_world(open_site, context, server_tls(trustme.CA(), "good.example"))
    with pytest.raises(TlsFailedError):
        fetcher.fetch("https://good.example/", now=NOW)
    assert site.requests == []


def test_from_https_no_redirect_leads_down_to_http(
    open_site: Callable[..., Site], context: ssl.SSLContext, authority: trustme.CA
) -> None:
    fetcher, _ = tls_world(
        open_site, context, server_tls(authority, "good.example"), down=onward("http://good.example/")
    )
    with pytest.raises(DowngradeRefusedError):
        fetcher.fetch("https://good.example/down", now=NOW)


def test_a_context_that_checks_nothing_is_not_taken() -> None:
    loose = ssl.create_default_context()
    loose.check_hostname = False
    loose.verify_mode = ssl.CERT_NONE
    with pytest.raises(MisconfiguredError):
        SafeFetcher({"home": GuardedDialler()}, loose, "t")


@pytest.mark.parametrize("agent", ["hélène", "a\r\nX-B: c", ""])
def test_a_name_that_is_no_header_is_not_taken(context: ssl.SSLContext, agent: str) -> None:
    with pytest.raises(MisconfiguredError):
        SafeFetcher({"home": GuardedDialler()}, context, agent)


def test_a_vantage_point_is_a_dialler(context: ssl.SSLContext, open_site: Callable[..., Site]) -> None:
    site = open_site({"/": page(HELLO)})
    far = LocalDialler({("s.example", 80): site.port})
    fetcher = SafeFetcher({"home": LocalDialler({}), "far": far}, context, "t")
    assert fetcher.vantages == ("home", "far")
    assert fetcher.fetch("http://s.example/", now=NOW, vantage="far").vantage == "far"
    with pytest.raises(FetchRefusedError):
        fetcher.fetch("http://s.example/", now=NOW)
    with pytest.raises(MisconfiguredError):
        fetcher.fetch("http://s.example/", now=NOW, vantage="moon")


def test_proxies_of_the_environment_are_not_asked(
    world: Callable[..., SafeFetcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert world({"/": page(HELLO)}).fetch("http://site.example/", now=NOW).body == HELLO


def test_every_failure_is_in_our_tree_and_quotes_nothing(world: Callable[..., SafeFetcher]) -> None:
    fetcher = world({"/": lambda connection, _: connection.sendall(b"told-by-the-site\r\n\r\n")})
    with pytest.raises(OutsideError) as caught:
        fetcher.fetch("http://site.example/", now=NOW)
    assert "told" not in str(caught.value) + caught.value.detail
    assert caught.value.__cause__ is None


def test_the_parsed_address_is_what_is_asked_for() -> None:
    assert str(check_url("HTTP://Site.Example:80/a b#c")) == "http://site.example/a%20b"
