"""How the hostile tests send a field and what they demand of every answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import urlencode

from recourse.base.core.errors import RecourseError
from tests.hostile.corpus import CORPUS, MARK, TAG, Hostile, letters
from tests.surfaces.visits import OURS, Page, Visitor, fields

NOT_ERRORS = {"passkey_refused", "enrolment_refused"}  # refusals of the sign-in that are no error of the tree
NEVER = (
    TAG, f"[{TAG}]", "script:not([src]):not([type='application/json'])", "img", "svg script", "iframe", "object", "meta[http-equiv]", "base", "style",
    "[style]", "math", "foreignobject",
)  # fmt: skip
Values = Mapping[str, str | list[str]]
Send = Callable[[Hostile], Page]


def error_codes() -> set[str]:
    """Every stable code there is."""

    def below(kind: type[RecourseError]) -> Iterator[str]:
        yield kind.code
        for one in kind.__subclasses__():
            yield from below(one)

    return {*below(RecourseError), *NOT_ERRORS}


def send(who: Visitor, page: Page, entry: Hostile, field: str, *, action: str = "", press: str = "",
         also: Values | None = None) -> Page:  # fmt: skip
    """Send a form of the page with the bytes of an entry in one field."""
    node = page.form_node(action)
    values: dict[str, str | list[str]] = {**fields(node), **(also or {})}
    values.pop(field, None)
    if press:
        values[press] = "1"
    body = urlencode(values, doseq=True).encode() + f"&{field}={entry.encoded}".encode()
    return who.post(node.attributes.get("action") or page.path, body)


def code_of(page: Page) -> str:
    """The stable code that a refusal carries, in the form that stands again or on a page of its own."""
    said = page.tree.css_first(".say[data-code], [role=alert][data-code]")
    if said is not None:
        assert len(said.text(strip=True)) > 10, f"{page.path}: a code without a sentence"
        return said.attributes["data-code"] or ""
    own = page.tree.css_first("main .small b.mono")
    head = page.tree.css_first("main h1")
    assert own is not None, f"{page.path} ({page.status}): no code: {page.text[:200]}"
    assert head is not None
    assert len(head.text(strip=True)) > 15
    return own.text(strip=True)


def complaints(page: Page) -> list[str]:
    """What is wrong with an answer, whatever was sent."""
    found = []
    if page.status >= 500:
        return [f"status {page.status}"]
    if page.status >= 400:
        code = code_of(page)
        if code not in error_codes():
            found.append(f"no stable code: {code!r}")
    if MARK in str(page.headers) or "qzcookie7" in str(page.headers):
        found.append(f"in a header: {page.headers}")
    tree = page.tree
    found += [f"shown without escaping: {selector}" for selector in NEVER if tree.css(selector)]
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            outward = name in {"src", "action", "href", "formaction"} and MARK in (value or "")
            if name.startswith("on") or outward or not re.fullmatch(r"[A-Za-z][\w:.-]*", name):
                found.append(f"attribute {name}={value!r:.80}")
    found += [f"a form to {host}" for host in _hosts_of_forms(page) if host not in OURS]
    if "csrfmiddlewaretoken" in page.text or f"77 {MARK}" in page.text:
        found.append("a template was run")
    return found


def _hosts_of_forms(page: Page) -> list[str]:
    actions = [node.attributes.get("action") or "" for node in page.tree.css("form")]
    return [re.sub(r"^(?:[a-z]+:)?//([^/]*).*", r"\1", action) for action in actions if "//" in action]


def stands_in_field(
    page: Page, field: str, entry: Hostile, *, limit: int | None = None, action: str = ""
) -> bool:
    """Whether what was sent stands in its field again; a field that takes few signs may show the first of them."""
    shown = letters("".join(page.form(action).get(field, [])))
    sent = letters(entry.text)
    if limit is not None and len(entry.text) > limit:
        return len(shown) > 0 and sent.startswith(shown)
    return shown == sent


def stands_on_page(page: Page, entry: Hostile) -> bool:
    """Whether what was stored is shown as text."""
    main = page.tree.css_first("main")
    assert main is not None
    return letters(entry.text) in letters(main.text(deep=True))


def every(entries: Iterable[Hostile], examine: Callable[[Hostile], list[str]]) -> None:
    """Examine each entry; all complaints are told together, by the entry's name."""
    wrong = {entry.name: told for entry in entries if (told := examine(entry))}
    assert not wrong, "\n".join(f"{name}: {told}" for name, told in wrong.items())


def all_entries() -> tuple[Hostile, ...]:
    """The whole corpus; shorter than a hundred bytes it would be a mistake."""
    assert len(CORPUS) > 50
    assert all(MARK.encode() in entry.raw for entry in CORPUS)
    return CORPUS
