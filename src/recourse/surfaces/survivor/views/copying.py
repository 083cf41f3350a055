"""Gives her a copy of her own case as a file: for people, or for machines.

Refuses: to keep one on the server; it is made for the answer and forgotten with it.
"""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from recourse.surfaces.survivor.copyof import copy_of
from recourse.surfaces.survivor.opened import Here, in_her_case
from recourse.work.cases import services
from recourse.work.cases.domain import StepKind


@require_http_methods(["GET", "HEAD", "POST"])
@in_her_case
def show(request: HttpRequest, here: Here) -> HttpResponse:
    """Say what is in a copy and where it is safe; give it on a press."""
    if request.method != "POST":
        return render(request, "survivor/copy.html", {"minor": here.own.minor_path})
    content = copy_of(here.own, now=here.now)
    services.note(case_id=here.own.case_id, what=StepKind.EXPORTED, now=here.now)
    if "machine" in request.POST:
        body = json.dumps(content, ensure_ascii=False, indent=1)
        return _file(body, "notes.json", "application/json")
    return _file(render_to_string("survivor/copy_page.html", {"copy": content}), "notes.html", "text/html")


def _file(body: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
