"""What answers before a surface is chosen: nothing but the error pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
handler400 = "recourse.surfaces.frame.problems.bad_request"
handler403 = "recourse.surfaces.frame.problems.forbidden"
handler404 = "recourse.surfaces.frame.problems.not_found"
handler500 = "recourse.surfaces.frame.problems.server_error"
