"""Sign-in with a passkey, enrolment of one by a single-use link, sign-out.

The only file that imports allauth's internal modules (pinned, and covered by the browser test). Refuses: a
second use of a link, every way in but a passkey, and to say whether a name exists.
"""

from __future__ import annotations

import structlog
from allauth.account.models import Login
from allauth.mfa.webauthn.forms import LoginWebAuthnForm, SignupWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal import flows
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recourse.base.core import clock
from recourse.people.accounts import selectors, services
from recourse.people.accounts.models import Staff

_log = structlog.get_logger(__name__)


@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the page with one button."""
    if isinstance(request.user, Staff):
        return redirect(_way_on(request, "/"))
    return _sign_in_page(request)


@require_http_methods(["GET", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """GET: what the browser asks the passkey for (JSON). POST: what the passkey answered."""
    if request.method == "GET":
        return JsonResponse({"request_options": webauthn.begin_authentication(user=None)})
    form = LoginWebAuthnForm(data=request.POST)
    if not _accepted(form):
        _log.info("passkey_refused")
        return _sign_in_page(request, failed=True)
    authenticator = form.cleaned_data["credential"]
    login = Login(user=authenticator.user, redirect_url=_way_on(request, "/"))
    response: HttpResponse = flows.perform_passwordless_login(request, authenticator, login)
    _log.info("signed_in", staff=str(authenticator.user_id))
    return response


@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest, token: str) -> HttpResponse:
    """Make the passkey of an invited person; the link works once.

    Raises:
        NotFoundError: no such link, or it was used, replaced or is too old.
    """
    now = clock.now()
    person = selectors.invited(token=token, now=now)
    if request.method == "GET":
        return _enrol_page(request, person)
    form = SignupWebAuthnForm(data=request.POST, user=person)
    if not _accepted(form):
        _log.info("enrolment_refused", staff=str(person.id))
        return _enrol_page(request, person, failed=True)
    with transaction.atomic():
        person = services.accept_invitation(token=token, now=now)
        added = webauthn.WebAuthn.add(person, form.cleaned_data["name"], form.cleaned_data["credential"])
    _log.info("enrolled", staff=str(person.id))
    # Not `perform_login`: the person has a second factor since a moment ago and would be asked for it.
    login = Login(user=person, redirect_url="/")
    response: HttpResponse = flows.perform_passwordless_login(request, added.instance, login)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the sign-in page."""
    logout(request)
    return redirect("account_login")


def _accepted(form: Form) -> bool:
    """Tell whether the passkey's answer holds.

    The answer comes from outside and is taken apart by libraries that raise whatever they meet; none of it may
    become a 500.
    """
    try:
        return form.is_valid()
    except Exception as error:  # noqa: BLE001 - see above
        _log.info("passkey_answer_unreadable", error=type(error).__name__)
        return False


def _way_on(request: HttpRequest, otherwise: str) -> str:
    """Return where the person wanted to go, when it is a page of this desk."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if ours else otherwise


def _sign_in_page(request: HttpRequest, *, failed: bool = False) -> HttpResponse:
    context = {"next": _way_on(request, ""), "failed": failed}
    return render(request, "desk/signin.html", context, status=400 if failed else 200)


def _enrol_page(request: HttpRequest, person: Staff, *, failed: bool = False) -> HttpResponse:
    options = {"creation_options": webauthn.begin_registration(person, passwordless=True)}
    context = {"person": person, "options": options, "failed": failed}
    return render(request, "desk/signin_enrol.html", context, status=400 if failed else 200)
