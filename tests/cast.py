"""The few people every test is about, as roles; each function makes one.

A survivor reports, an operator answers calls, an officer decides, a supervisor and an administrator look after
accounts, and a stranger has no account at all.
"""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from recourse.people.accounts import selectors, services
from recourse.people.accounts.domain import Actor, Role
from recourse.people.accounts.models import Staff
from tests.wiring import START

DESK = "desk.localhost"
SURVIVORS = "localhost"
PUBLIC = "public.localhost"
EXCHANGE = "127.0.0.1"


def staff(role: Role, number: int = 1, *, now: datetime = START) -> Staff:
    """Return a member of staff who has enrolled (a passkey row stands for the device)."""
    username = f"{role.value}-{number:02d}"
    token = services.invite(
        role=role, username=username, label=f"{role.value.title()} {number:02d}", by=None, now=now
    )
    person = services.accept_invitation(token=token, now=now)
    give_passkey(person)
    return Staff.objects.get(pk=person.pk)


def give_passkey(person: Staff) -> None:
    """Store a passkey row that no device answers for; enough for everything but signing in by it."""
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "", "credential": {}}
    )


def actor(role: Role, number: int = 1, *, now: datetime = START) -> Actor:
    """Return an enrolled member of staff as the actor of a service."""
    return selectors.actor_of(staff(role, number, now=now))


def operator(number: int = 1) -> Actor:
    """Return one who answers calls."""
    return actor(Role.OPERATOR, number)


def officer(number: int = 1) -> Actor:
    """Return one who decides and approves."""
    return actor(Role.OFFICER, number)


def supervisor(number: int = 1) -> Actor:
    """Return one who decides and looks after accounts."""
    return actor(Role.SUPERVISOR, number)


def administrator(number: int = 1) -> Actor:
    """Return one who looks after accounts and opens no case."""
    return actor(Role.ADMINISTRATOR, number)


def stranger() -> Client:
    """Return a browser of somebody without an account, at the desk's address."""
    return Client(headers={"host": DESK})


def survivor() -> Client:
    """Return a survivor's browser."""
    return Client(headers={"host": SURVIVORS})


def reader() -> Client:
    """Return the browser of somebody who reads the public record."""
    return Client(headers={"host": PUBLIC})


def signed_in(
    person: Staff | Actor, *, surface: str = "recourse.config.urls_desk", host: str = DESK
) -> Client:
    """Return a browser at the desk whose session began there, as after a sign-in by passkey."""
    found = person if isinstance(person, Staff) else Staff.objects.get(pk=person.staff_id)
    session = SessionStore()
    session[SESSION_KEY] = str(found.pk)
    session[BACKEND_SESSION_KEY] = "recourse.people.accounts.backends.PasskeyOnly"
    session[HASH_SESSION_KEY] = found.get_session_auth_hash()
    session["surface"] = surface
    session.save()
    client = Client(headers={"host": host})
    client.cookies["__Host-session"] = session.session_key or ""
    return client
