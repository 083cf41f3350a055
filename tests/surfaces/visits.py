"""A visitor without JavaScript: reads pages and sends the forms that stand on them, token included."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

OURS = {"", "localhost", "desk.localhost", "testserver"}


@dataclass
class Page:
    """What came back."""

    path: str
    status: int
    html: str
    headers: dict[str, str]
    content: bytes = b""

    @property
    def tree(self) -> HTMLParser:
        return HTMLParser(self.html)

    @property
    def text(self) -> str:
        main = self.tree.css_first("main") or self.tree.body
        return " ".join(main.text(separator=" ").split()) if main else ""

    @property
    def title(self) -> str:
        node = self.tree.css_first("title")
        return node.text().strip() if node else ""

    def form(self, action: str = "") -> dict[str, list[str]]:
        """Return what the form to `action` (or the first in main) sends when nothing is typed."""
        return fields(self.form_node(action))

    def form_node(self, action: str = "") -> Node:
        for node in self.tree.css("main form"):
            if urlsplit(node.attributes.get("action") or "").path.endswith(action):
                return node
        raise AssertionError(f"no form to {action!r} on {self.path} ({self.status}): {self.text[:300]}")

    def links(self) -> list[str]:
        return [node.attributes.get("href") or "" for node in self.tree.css("a[href]")]


def fields(form: Node) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for control in form.css("input, textarea, select"):
        name, kind = control.attributes.get("name"), control.attributes.get("type") or ""
        if not name or (kind in {"checkbox", "radio"} and "checked" not in control.attributes):
            continue
        if control.tag == "textarea":
            text = control.text(deep=True)
            values.setdefault(name, []).append(text.removeprefix("\n"))
        elif control.tag == "select":
            chosen = control.css_first("option[selected]") or control.css_first("option")
            values.setdefault(name, []).append((chosen.attributes.get("value") or "") if chosen else "")
        else:
            values.setdefault(name, []).append(control.attributes.get("value") or "")
    return values


@dataclass
class Visitor:
    """A browser at one host, with the token check that production has."""

    client: Client
    seen: list[Page] = field(default_factory=list)

    def get(self, path: str, *, follow: bool = True) -> Page:
        return self._page(path, self.client.get(path), follow=follow)

    def post(self, path: str, values: dict[str, str | list[str]] | bytes, *, follow: bool = True) -> Page:
        body = values if isinstance(values, bytes) else urlencode(values, doseq=True)
        response = self.client.post(path, body, content_type="application/x-www-form-urlencoded")
        return self._page(path, response, follow=follow)

    def submit(
        self, page: Page, values: dict[str, str | list[str]] | None = None, *, action: str = "", press: str = "",
        follow: bool = True,
    ) -> Page:  # fmt: skip
        """Send the form of the page with these values in it, by the button `press`."""
        node = page.form_node(action)
        data: dict[str, str | list[str]] = {**fields(node), **(values or {})}
        if press:
            assert node.css_first(f"button[name={press}]") is not None, f"no button {press} on {page.path}"
            data[press] = "1"
        return self.post(node.attributes.get("action") or page.path, data, follow=follow)

    def _page(self, path: str, response: object, *, follow: bool) -> Page:
        status = response.status_code  # type: ignore[attr-defined]
        headers = dict(response.headers.items())  # type: ignore[attr-defined]
        if follow and status in {301, 302, 303}:
            return self.get(urljoin(path, headers["Location"]))
        content = b"".join(response) if getattr(response, "streaming", False) else response.content  # type: ignore[attr-defined,call-overload]
        page = Page(path, status, content.decode("utf-8"), headers, content)
        self.seen.append(page)
        return page


def visitor(client: Client) -> Visitor:
    """Return a visitor on this client, with the token check switched on."""
    client.handler.enforce_csrf_checks = True
    return Visitor(client)


def check_page(page: Page) -> None:
    """Hold what every page promises: light, nothing inline, nothing from elsewhere, one main, a title."""
    assert len(page.content) <= 32_000, f"{page.path}: {len(page.content)} bytes beside the style sheets"
    tree = page.tree
    assert tree.css_first("main#main") is not None
    assert len(tree.css("h1")) == 1, page.path
    assert page.title
    assert tree.css("style, script:not([src])") == []
    assert tree.css("[style]") == []
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on"), f"{page.path}: {name}"
            if name in {"src", "action"} or (name == "href" and node.tag in {"link", "use", "base"}):
                assert urlsplit(value or "").netloc in OURS, f"{page.path}: {value}"
    for link in tree.css("a[href]"):
        href = link.attributes["href"] or ""
        if urlsplit(href).netloc not in OURS:
            assert {"exit", "elsewhere"} & set((link.attributes.get("class") or "").split()), (
                f"{page.path}: {href}"
            )
            assert set((link.attributes.get("rel") or "").split()) >= {"nofollow", "noreferrer", "noopener"}
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids)), f"{page.path}: an id stands twice"
    for node in tree.css("input:not([type=hidden]), textarea, select"):
        name = node.attributes.get("id")
        labelled = name and tree.css_first(f'label[for="{name}"]') is not None
        assert labelled or node.parent is None or node.parent.tag == "label", f"{page.path}: {node.html}"
