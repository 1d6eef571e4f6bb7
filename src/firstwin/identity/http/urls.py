"""Addresses of identity's own pages; those of django-allauth are under /auth/."""

from django.urls import path

from firstwin.identity.http import pages

urlpatterns = [
    path("sign-in/<str:token>/", pages.use_sign_in_link, name="use_sign_in_link"),
    path("setup/<str:token>/", pages.set_up, name="set_up"),
    path("join/<str:token>/", pages.join, name="join"),
    path("me/theme/", pages.keep_theme, name="keep_theme"),
    path("me/sessions/<int:session_id>/end/", pages.end_session, name="end_session"),
    path("workspaces/switch/", pages.switch_workspace, name="switch_workspace"),
]
