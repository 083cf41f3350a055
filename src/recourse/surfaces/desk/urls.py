"""The routes of the desk, beside those of sign-in and staff (`urls_signin`)."""

from __future__ import annotations

from django.urls import path

from recourse.surfaces.desk.views import case, mail, notice, queue
from recourse.surfaces.frame import health

urlpatterns = [
    path("", queue.show, name="queue"),
    path("case/<str:number>", case.show, name="desk-case"),
    path("case/<str:number>/assess", case.assess, name="assess"),
    path("case/<str:number>/mention/<uuid:mention_id>", case.mention, name="mention"),
    path("notice/<str:number>", notice.show, name="notice"),
    path("notice/<str:number>/approve", notice.approve, name="approve"),
    path("mail", mail.listed, name="mail"),
    path("mail/<uuid:mail_id>", mail.show, name="mail-one"),
    path("mail/<uuid:mail_id>/record", mail.record, name="mail-record"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
