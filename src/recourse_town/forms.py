"""The report forms that only a person may fill in, as the companies and the authority offer them.

One page with a form; sent, it answers with a reference, or with what is missing. Nothing here is filled in by a
program of the agency: the stories' officers read a work-sheet and type.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs

from recourse_town.companies import AUTHORITY, LUMO, MURMUR, VIDRA, Company, Desks, Received
from recourse_town.web import Answer, Request
from recourse_town.world import Town

COMPANIES: dict[str, Company] = {
    "help.x.com": MURMUR,
    "www.facebook.com": LUMO,
    "support.google.com": VIDRA,
    "www.kmcsc.or.kr": AUTHORITY,
}
HOSTS = tuple(COMPANIES)
FIELDS = {
    "links": "Links to the content, one a line",
    "contact": "Your e-mail address",
    "organisation": "The organisation you report for",
    "explanation": "What is it, and why should it be removed?",
}
SENTENCE = "I believe in good faith that what I write here is true."
ADDRESS = re.compile(r"[^@\s<>]{1,200}@[a-z0-9.-]{3,200}")
FRAME = '<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>'


def answer(town: Town, desks: Desks, request: Request) -> Answer:
    """Show the form of this host, or take it."""
    company = COMPANIES[request.host]
    if request.method != "POST":
        return _page(company, _form())
    sent = {
        name: values[0].strip() for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()
    }
    missing = _missing(town, company, sent)
    if missing:
        return _page(company, f'<p class="error">{escape(missing)}</p>{_form()}', status=422)
    reference = desks.reference(company)
    posts = tuple(town.named(sent["links"], company.platforms))
    desks.take(Received(company, posts, reply_to=sent["contact"], reference=reference))
    return _page(company, f'<p>Thank you. Your reference is <b id="reference">{reference}</b>.</p>')


def _missing(town: Town, company: Company, sent: dict[str, str]) -> str:
    """Return what keeps the company from taking the form, in its words."""
    for name, label in FIELDS.items():
        if not sent.get(name):
            return f"Please fill in: {label}"
    if not sent.get("good_faith"):
        return "Please confirm the statement."
    if not ADDRESS.fullmatch(sent["contact"]):
        return "This is no e-mail address."
    if not town.named(sent["links"], company.platforms):
        return "None of these links leads to content on our service."
    return ""


def _form() -> str:
    inputs = "".join(
        f'<p><label>{escape(label)}<br><textarea name="{name}"></textarea></label></p>'
        for name, label in FIELDS.items()
    )
    tick = f'<p><label><input type="checkbox" name="good_faith" value="yes"> {SENTENCE}</label></p>'
    return f'<form method="post">{inputs}{tick}<p><button name="send" value="1">Send</button></p></form>'


def _page(company: Company, body: str, *, status: int = 200) -> Answer:
    return Answer(status, FRAME.format(title=escape(f"{company.name}: report content"), body=body))
