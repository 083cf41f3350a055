"""A browser without JavaScript: keeps cookies, reads forms, submits them as a person would.

Refuses: to go anywhere but one host on the loopback address, and to fill a field the page does not have. With
`tls` the host is a stand-in that speaks for a name of the outside world.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode

REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Form:
    """A form as the page offers it: where it goes and what its fields hold before anybody types."""

    action: str
    method: str
    values: dict[str, list[str]]
    names: frozenset[str]


@dataclass
class Page:
    """What came back: status, address and document."""

    url: str
    status: int
    html: str
    tree: LexborHTMLParser = field(repr=False)

    @property
    def text(self) -> str:
        """The words on the page, white space folded."""
        body = self.tree.body
        return " ".join(body.text(separator=" ").split()) if body else ""

    def forms(self) -> list[Form]:
        """All forms of the page in their order."""
        return [_form(node, self.url) for node in self.tree.css("form")]

    def form(self, *, having: str) -> Form:
        """Return the first form with a field or button named `having`.

        Raises:
            LookupError: the page has none.
        """
        for form in self.forms():
            if having in form.names:
                return form
        raise LookupError(f"no form with {having!r} at {urlsplit(self.url).path} (status {self.status})")

    def link(self, *, containing: str) -> str:
        """Return the address of the first link whose href contains a text."""
        for node in self.tree.css("a[href]"):
            href = node.attributes.get("href") or ""
            if containing in href:
                return href
        raise LookupError(f"no link with {containing!r} at {urlsplit(self.url).path}")


def _form(node: LexborNode, url: str) -> Form:
    values: dict[str, list[str]] = {}
    names: set[str] = set()
    for control in node.css("input, textarea, select, button"):
        name = control.attributes.get("name")
        if not name:
            continue
        names.add(name)
        kind = (control.attributes.get("type") or "").lower()
        if control.tag == "button" or kind in {"submit", "button", "reset"}:
            continue
        if kind in {"checkbox", "radio"} and "checked" not in control.attributes:
            continue
        values.setdefault(name, []).append(_value(control))
    return Form(
        action=urljoin(url, node.attributes.get("action") or url),
        method=(node.attributes.get("method") or "get").lower(),
        values=values,
        names=frozenset(names),
    )


def _value(control: LexborNode) -> str:
    if control.tag == "textarea":
        return control.text()
    if control.tag == "select":
        chosen = control.css_first("option[selected]") or control.css_first("option")
        return (chosen.attributes.get("value") or "") if chosen else ""
    return control.attributes.get("value") or ("on" if control.attributes.get("type") == "checkbox" else "")


class Browser:
    """One person's browser, pointed at one host name of a site that listens on 127.0.0.1."""

    def __init__(
        self, host: str, port: int, *, patience: float = 0.0, tls: ssl.SSLContext | None = None
    ) -> None:
        """Take the host and port; `patience` is how long (seconds) a broken connection is tried again."""
        self.origin = f"https://{host}" if tls else f"http://{host}:{port}"
        self._named = {"sni_hostname": host} if tls else {}
        self._cookies: dict[str, str] = {}
        self._patience = patience
        self._client = httpx.Client(
            base_url=f"{'https' if tls else 'http'}://127.0.0.1:{port}",
            headers={"Host": host if tls else f"{host}:{port}", "Accept": "text/html"},
            verify=tls or False,
            trust_env=False,
            timeout=30,
        )

    def get(self, path: str) -> Page:
        """Open a page and follow redirects on the same host."""
        return self._open("GET", path, None)

    def submit(
        self, form: Form, values: dict[str, str | list[str]] | None = None, *, press: str = ""
    ) -> Page:
        """Fill in `values` (replacing what the form held), press a button by name, send.

        Raises:
            LookupError: the form has no such field.
        """
        filled = dict(form.values)
        for name, value in (values or {}).items():
            if name not in form.names:
                raise LookupError(f"the form has no field {name!r}")
            filled[name] = [value] if isinstance(value, str) else value
        if press:
            button, _, value = press.partition("=")
            filled[button] = [value or "1"]
        return self._open(form.method.upper(), form.action, filled)

    def close(self) -> None:
        """Forget everything."""
        self._cookies.clear()
        self._client.close()

    def _open(self, method: str, url: str, data: dict[str, list[str]] | None) -> Page:
        for _ in range(10):
            response = self._send(method, url, data)
            if response.status_code not in REDIRECTS:
                return Page(
                    urljoin(self.origin, url),
                    response.status_code,
                    response.text,
                    LexborHTMLParser(response.text),
                )
            url = urljoin(urljoin(self.origin, url), response.headers["location"])
            method, data = "GET", None
        raise LookupError("the site redirects in circles")

    def _send(self, method: str, url: str, data: dict[str, list[str]] | None) -> httpx.Response:
        parts = urlsplit(urljoin(self.origin, url))
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            raise LookupError("the site leads to another host")
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if method == "POST":
            headers |= {"Origin": self.origin, "Referer": self.origin + "/"}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        response = self._try_patiently(method, target, data if method == "POST" else None, headers)
        for line in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or morsel.value == "":
                    self._cookies.pop(name, None)
                else:
                    self._cookies[name] = morsel.coded_value
        return response

    def _try_patiently(
        self, method: str, target: str, data: dict[str, list[str]] | None, headers: dict[str, str]
    ) -> httpx.Response:
        until = time.monotonic() + self._patience
        while True:
            try:
                return self._client.request(
                    method, target, data=data, headers=headers, extensions=self._named
                )
            except httpx.TransportError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.2)
