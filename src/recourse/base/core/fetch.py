"""The one client through which everything that touches the outside goes. Read-only: GET, one page at a time.

Every hop is checked again, at connect time, by the dialler of the chosen vantage point. Bytes are bounded on
the wire and after unpacking, and time is bounded as a whole: a page without end gives a truncated page, a
site that drips gives `TooSlowError`.

Refuses: other schemes and ports, user names in addresses, cookies, referrers, proxies from the environment,
br, zstd and nested packing (nothing here could bound them), redirects from https down to http, and the
bodies of pictures, films and sound: what a survivor's link shows is never downloaded.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import httpcore
import httpx

from recourse.base.core.errors import MisconfiguredError
from recourse.base.core.fetch_errors import (
    AddressRefusedError,
    BadEncodingError,
    BadUrlError,
    DowngradeRefusedError,
    NoAnswerError,
    NoSuchNameError,
    NotResolvedError,
    PortRefusedError,
    SchemeRefusedError,
    TlsFailedError,
    TooLargeError,
    TooManyRedirectsError,
    TooSlowError,
)
from recourse.base.core.fetch_guard import Dialler, GuardedDialler
from recourse.base.core.fetch_wire import (
    DEFAULT_LIMITS,
    Backend,
    FetchLimits,
    Headers,
    Meter,
    mapped,
    read_body,
)

__all__ = [
    "DEFAULT_LIMITS",
    "AddressRefusedError",
    "BadEncodingError",
    "BadUrlError",
    "Dialler",
    "DowngradeRefusedError",
    "FetchLimits",
    "Fetched",
    "Fetcher",
    "GuardedDialler",
    "NoAnswerError",
    "NoSuchNameError",
    "NotResolvedError",
    "PortRefusedError",
    "SafeFetcher",
    "SchemeRefusedError",
    "TlsFailedError",
    "TooLargeError",
    "TooManyRedirectsError",
    "TooSlowError",
]

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PORTS: Final = frozenset({80, 443})
MAX_URL: Final = 8192
ACCEPT: Final = "text/html,application/xhtml+xml,application/json;q=0.9,text/*;q=0.8,*/*;q=0.1"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One page as it was served to us.

    `body` is unpacked. `truncated` means that more was, or may have been, there: a limit was reached, or the
    body is of a kind we do not download (then it is empty). `wire_digest` is the SHA-256 of `body`, in hex.
    `redirects` are the addresses that sent us on, in order. Header names are lower case, in the order served.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    redirects: tuple[str, ...]
    fetched_at: datetime
    wire_digest: str
    vantage: str

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


class Fetcher(Protocol):
    """Port: fetches one page safely."""

    def fetch(
        self, url: str, *, now: datetime, limits: FetchLimits = DEFAULT_LIMITS, vantage: str = "home"
    ) -> Fetched:
        """Return what the address serves; any HTTP status is an answer.

        Raises:
            FetchRefusedError: we do not go there (bad_url, scheme_refused, downgrade_refused, port_refused,
                address_refused, too_many_redirects).
            OutsideError: nothing usable came (not_resolved, no_such_name, no_answer, too_slow, too_large, bad_encoding,
                tls_failed).
        """
        ...


def check_url(text: str) -> httpx.URL:
    """Parse an address once; the parsed form is what is dialled and asked for.

    Raises:
        BadUrlError, SchemeRefusedError, PortRefusedError: see their codes.
    """
    if len(text) > MAX_URL:
        raise BadUrlError("too long")
    try:
        url = httpx.URL(text)
        host = url.raw_host
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise BadUrlError("not parsed") from None
    if url.scheme not in {"http", "https"}:
        raise SchemeRefusedError("scheme")
    if not host or url.userinfo or "\\" in text:
        raise BadUrlError("host or user")
    if (url.port or (443 if url.scheme == "https" else 80)) not in PORTS:
        raise PortRefusedError("port")
    return url.copy_with(fragment=None)


class SafeFetcher:
    """The real `Fetcher`: HTTP/1.1, one connection per hop, nothing remembered between fetches.

    Args:
        diallers: vantage point -> dialler; "home" is this machine's own network.
        ssl_context: must check names and certificates.
        user_agent: says who we are and where to write to.
    """

    def __init__(self, diallers: Mapping[str, Dialler], ssl_context: ssl.SSLContext, user_agent: str) -> None:
        if not ssl_context.check_hostname or ssl_context.verify_mode is not ssl.CERT_REQUIRED:
            raise MisconfiguredError("the TLS context of the fetcher does not check certificates")
        if not diallers:
            raise MisconfiguredError("the fetcher has no vantage point")
        if not (user_agent and user_agent.isascii() and user_agent.isprintable()):
            raise MisconfiguredError("the user agent is no plain ASCII text")
        self._diallers = dict(diallers)
        self._ssl_context = ssl_context
        self._user_agent = user_agent

    @property
    def vantages(self) -> tuple[str, ...]:
        """The names of the vantage points."""
        return tuple(self._diallers)

    def fetch(
        self, url: str, *, now: datetime, limits: FetchLimits = DEFAULT_LIMITS, vantage: str = "home"
    ) -> Fetched:
        """Fetch one page; see `Fetcher.fetch`."""
        if vantage not in self._diallers:
            raise MisconfiguredError(f"no vantage point {vantage!r}")
        meter = Meter(limits)
        here = check_url(url)
        passed: list[str] = []
        while True:
            with mapped(), self._pool(vantage, meter) as pool:
                response = pool.handle_request(self._request(here))
                try:
                    headers = tuple(
                        (name.decode("latin-1").lower(), value.decode("latin-1"))
                        for name, value in response.headers
                    )
                    onward = self._onward(here, response.status, headers)
                    if onward is None:
                        body, truncated = read_body(response, headers, meter)
                        break
                finally:
                    response.close()
            if len(passed) >= limits.redirects:
                raise TooManyRedirectsError("redirects")
            passed.append(str(here))
            here = onward
        return Fetched(
            url=url,
            final_url=str(here),
            status=response.status,
            headers=headers,
            body=body,
            truncated=truncated,
            redirects=tuple(passed),
            fetched_at=now,
            wire_digest=hashlib.sha256(body).hexdigest(),
            vantage=vantage,
        )

    def _pool(self, vantage: str, meter: Meter) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._ssl_context,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=Backend(self._diallers[vantage], meter),
        )

    def _request(self, url: httpx.URL) -> httpcore.Request:
        headers = [
            (b"Host", url.netloc),
            (b"User-Agent", self._user_agent.encode("ascii")),
            (b"Accept", ACCEPT.encode("ascii")),
            (b"Accept-Language", b"en"),
            (b"Accept-Encoding", b"gzip, identity"),
            (b"Connection", b"close"),
        ]
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path or b"/"
        )
        return httpcore.Request("GET", target, headers=headers)

    @staticmethod
    def _onward(here: httpx.URL, status: int, headers: Headers) -> httpx.URL | None:
        location = next((value for name, value in headers if name == "location"), None)
        if status not in REDIRECTS or not location:
            return None
        try:
            there = str(here.join(location.encode("latin-1").decode("utf-8", "replace")))
        except (httpx.InvalidURL, UnicodeError, ValueError):
            raise BadUrlError("redirect") from None
        onward = check_url(there)
        if here.scheme == "https" and onward.scheme != "https":
            raise DowngradeRefusedError("redirect")
        return onward
