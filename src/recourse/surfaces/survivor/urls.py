"""The routes of the survivor's pages. A code never stands in an address; neither does a case or a draft."""

from __future__ import annotations

from django.urls import path

from recourse.surfaces.frame import health
from recourse.surfaces.survivor.views import away, case, code, questions, report

urlpatterns = [
    path("", report.start, name="start"),
    path("report", report.begin, name="begin"),
    path("report/check", report.check, name="check"),
    path("report/saved", report.saved, name="saved"),
    path("report/drop", report.drop, name="drop"),
    path("report/send", report.send, name="send"),
    path("report/<slug:key>", report.question, name="question"),
    path("code", code.show, name="code"),
    path("code/kept", code.kept, name="code-kept"),
    path("code/file", code.as_file, name="code-file"),
    path("case", case.show, name="case"),
    path("case/leave", case.leave, name="case-leave"),
    path("case/questions", questions.show, name="questions"),
    path("case/choose", questions.choose, name="choose"),
    path("away", away.leave, name="away"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
