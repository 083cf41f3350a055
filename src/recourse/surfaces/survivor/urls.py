"""The routes of the survivor's pages. A code never stands in an address; neither does a case or a draft."""

from __future__ import annotations

from django.urls import path

from recourse.surfaces.frame import health
from recourse.surfaces.survivor.views import (
    adding,
    away,
    case,
    code,
    copying,
    elsewhere,
    fetching,
    fingerprints,
    messages,
    place,
    questions,
    report,
    yours,
)

urlpatterns = [
    path("", report.start, name="start"),
    path("report", report.begin, name="begin"),
    path("report/check", report.check, name="check"),
    path("report/saved", report.saved, name="saved"),
    path("report/drop", report.drop, name="drop"),
    path("report/send", report.send, name="send"),
    path("report/fingerprints", fingerprints.in_report, name="fingerprints-step"),
    path("report/<slug:key>", report.question, name="question"),
    path("code", code.show, name="code"),
    path("code/kept", code.kept, name="code-kept"),
    path("code/file", code.as_file, name="code-file"),
    path("code/new", fetching.show, name="code-new"),
    path("code/fetched", fetching.kept, name="code-fetched"),
    path("case", case.show, name="case"),
    path("case/leave", case.leave, name="case-leave"),
    path("case/questions", questions.show, name="questions"),
    path("case/choose", questions.choose, name="choose"),
    path("case/link", place.link, name="link"),
    path("case/place/<int:number>", place.show, name="place"),
    path("case/messages", messages.show, name="messages"),
    path("case/add", adding.show, name="add"),
    path("case/fingerprints", fingerprints.in_case, name="fingerprints"),
    path("case/fingerprints/companies", fingerprints.agree, name="fingerprints-agree"),
    path("case/fingerprint/out", fingerprints.take_out, name="fingerprint-out"),
    path("case/elsewhere", elsewhere.show, name="elsewhere"),
    path("case/done", yours.done, name="done"),
    path("case/yours", yours.show, name="yours"),
    path("case/end/<slug:kind>", yours.end, name="end"),
    path("case/keep", yours.keep, name="keep"),
    path("case/stop-code", yours.stop_code, name="stop-code"),
    path("case/freeze", yours.freeze, name="freeze"),
    path("case/copy", copying.show, name="copy"),
    path("away", away.leave, name="away"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
