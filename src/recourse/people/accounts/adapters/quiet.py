"""What allauth may do by itself: nothing. No sign-up, no mail, no message stored in a session."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class QuietAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps to the sign-in with a passkey; accounts begin with an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth's signature
        """Drop the message: our pages say what happened themselves."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth's signature
        """Send nothing: staff have no address here."""

    def respond_user_inactive(self, request: HttpRequest, user: object) -> HttpResponse:  # noqa: ARG002
        """Answer as if there were no such passkey."""
        return redirect("account_login")
