"""A host of the open web: a small gallery that anybody can read, and nobody moderates until somebody asks.

A page that was removed answers 404, and the front page goes on answering 200.
"""

from __future__ import annotations

from html import escape

from recourse_town.web import Answer, Request
from recourse_town.world import Town

GALLERY = "gallery.hostwork.example"
KNOWN = ("www.iana.org", "www.rfc-editor.org")  # sites that probes use to see that the way out is open
HOSTS = (GALLERY, *KNOWN)
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>{title}</title></head>'
    "<body><h1>{title}</h1><p>{text}</p></body></html>"
)


def answer(town: Town, request: Request) -> Answer:
    """Return a page of this host."""
    path = request.target.partition("?")[0]
    if request.host in KNOWN:
        return Answer(200, PAGE.format(title="A page that is always there", text="Read by everybody."))
    if path == "/":
        return Answer(200, PAGE.format(title="Gallery", text="Pictures of boats, harbours and lamps."))
    post = town.find("web", path, request.client)
    if post is None:
        return Answer(404, PAGE.format(title="Not found", text="There is no such page."))
    return Answer(200, PAGE.format(title="Gallery", text=escape(post.text)))
