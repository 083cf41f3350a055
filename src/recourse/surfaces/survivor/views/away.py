"""The way out: closes the case in this browser and goes to a harmless page. Works without a script.

Reads no table and asks no token, so that nothing is between the press and the other page; all that a forged
request could do is close a case in a browser. Refuses: to keep the browser's history clean. The page says so.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from recourse.surfaces.frame.templatetags.frame import agency
from recourse.surfaces.survivor import cookies


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Take the open case from this browser; a script that has left already only says so (POST)."""
    # A redirect carries no page of ours, so the other site is told no address of this one.
    response = (
        HttpResponse(status=204) if request.method == "POST" else HttpResponseRedirect(agency().exit_target)
    )
    cookies.take(response, cookies.CASE)
    return response
