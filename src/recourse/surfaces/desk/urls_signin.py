"""Routes of sign-in, enrolment and the staff list. What allauth offers beyond these is not routed, so not reachable."""

from __future__ import annotations

from django.urls import path

from recourse.surfaces.desk import signin, staff

urlpatterns = [
    # The first three names are allauth's: it reverses them itself.
    path("sign-in", signin.sign_in, name="account_login"),
    path("sign-in/passkey", signin.passkey, name="mfa_login_webauthn"),
    path("sign-out", signin.sign_out, name="account_logout"),
    path("enrol/<str:token>", signin.enrol, name="enrol"),
    path("staff", staff.people, name="staff"),
    path("staff/invite", staff.invite, name="staff_invite"),
    path("staff/<uuid:staff_id>/renew", staff.renew, name="staff_renew"),
    path("staff/<uuid:staff_id>/deactivate", staff.deactivate, name="staff_deactivate"),
    path("staff/<uuid:staff_id>/recover", staff.request_recovery, name="staff_recover"),
    path("staff/<uuid:staff_id>/confirm", staff.confirm_recovery, name="staff_confirm"),
]
