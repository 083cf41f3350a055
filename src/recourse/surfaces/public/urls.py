"""The routes of the public record: the same pages for what was measured and for what was invented."""

from __future__ import annotations

from django.urls import include, path

from recourse.surfaces.frame import health
from recourse.surfaces.public.views import files, pages
from recourse.work.statistics.domain.figures import Source

_PAGES = [
    path("", pages.show_figures, name="figures"),
    path("scorecard", pages.show_scorecard, name="scorecard"),
    path("scorecard/<slug:platform>", pages.show_platform, name="platform"),
    path("methods", pages.show_methods, name="methods"),
    path("corrections", pages.show_corrections, name="corrections"),
    path("verify", pages.show_verify, name="verify"),
    path("others", pages.show_others, name="others"),
    path("counts.csv", pages.counts_csv, name="counts-csv"),
    path("scorecard.csv", pages.scorecard_csv, name="scorecard-csv"),
    path("scorecard/<slug:platform>.csv", pages.removal_csv, name="removal-csv"),
]
urlpatterns = [
    path("ledger/checkpoint", files.checkpoint, name="ledger-checkpoint"),
    path("ledger/vkey", files.verifier_key, name="ledger-vkey"),
    path("ledger/tile/<path:path>", files.tile, name="ledger-tile"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("synthetic/", include((_PAGES, "public"), namespace="synthetic"), {"source": Source.SYNTHETIC}),
    path("", include((_PAGES, "public"), namespace="measured"), {"source": Source.MEASURED}),
]
