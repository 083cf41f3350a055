"""The routes of the desk, beside those of sign-in and staff (`urls_signin`)."""

from __future__ import annotations

from django.urls import path, register_converter

from recourse.surfaces.desk import drafts
from recourse.surfaces.desk.views import (
    case,
    exchange,
    fingerprints,
    further,
    her,
    item,
    keys,
    lists,
    mail,
    notice,
    queue,
    ready,
    rules,
    search,
    work,
)
from recourse.surfaces.frame import health


class Number:
    """The public number of a case or a notice; what cannot be one reaches no view and no table."""

    regex = "[A-Za-z]-[0-9A-Za-z]{1,10}"

    def to_python(self, value: str) -> str:
        """Return it as it is written in the tables."""
        return value.upper()

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


register_converter(Number, "number")

urlpatterns = [
    path("", queue.show, name="queue"),
    path("search", search.show, name="search"),
    path("keys", keys.show, name="keys"),
    path("next", queue.take_next, name="take-next"),
    path("case/<number:number>/take", queue.take, name="take"),
    path("case/<number:number>/release", queue.let_go, name="let-go"),
    path("case/<number:number>", case.show, name="desk-case"),
    path("case/<number:number>/item/<int:item>", item.show, name="item"),
    path("case/<number:number>/item/<int:item>/ask", further.ask, name="ask-further"),
    path("case/<number:number>/item/<int:item>/host", further.host, name="host"),
    path("case/<number:number>/item/<int:item>/facts", item.record, name="facts"),
    path("rules", rules.show, name="rules"),
    path("platforms", exchange.show, name="exchange-keys"),
    path("platforms/create", exchange.create, name="exchange-create"),
    path("platforms/<slug:name>/<slug:verb>", exchange.act, name="exchange-key-do"),
    path("lists", lists.show, name="lists"),
    path("lists/bring", lists.bring, name="lists-bring"),
    path("lists/<uuid:source_id>/erase", lists.erase, name="lists-erase"),
    path("ready", ready.show, name="ready"),
    path("ready/read", ready.read, name="ready-read"),
    path("ready/approve", ready.approve, name="ready-approve"),
    path("keep", drafts.keep, name="keep"),
    path("case/<number:number>/her", her.show, name="her"),
    path("case/<number:number>/her/<slug:verb>", her.act, name="her-do"),
    path("case/<number:number>/fingerprints", fingerprints.show, name="desk-fingerprints"),
    path("case/<number:number>/fingerprints/<slug:verb>", fingerprints.act, name="fingerprints-do"),
    path("case/<number:number>/assess", case.assess, name="assess"),
    path("case/<number:number>/minor", case.minor, name="mark-minor"),
    path("case/<number:number>/hand-over", case.hand_over, name="hand-over"),
    path("case/<number:number>/mention/<uuid:mention_id>", case.mention, name="mention"),
    path("notice/<number:number>", notice.show, name="notice"),
    path("notice/<number:number>/approve", notice.approve, name="approve"),
    path("notice/<number:number>/<slug:verb>", work.act, name="notice-do"),
    path("overdue", work.overdue, name="overdue"),
    path("mail", mail.listed, name="mail"),
    path("mail/<uuid:mail_id>", mail.show, name="mail-one"),
    path("mail/<uuid:mail_id>/record", mail.record, name="mail-record"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
