"""Addresses of the pages about usage."""

from django.urls import include, path

from firstwin.desk.http.usage import adoption, differences, funnel, overview, retention, time_to_value, views

urlpatterns = [
    path("", overview.show, name="usage"),
    path("", include("firstwin.desk.http.usage.known_urls")),
    path("adoption/", adoption.show, name="usage_adoption"),
    path("funnel/", funnel.show, name="usage_funnel"),
    path("retention/", retention.show, name="usage_retention"),
    path("time-to-first-win/", time_to_value.show, name="usage_time_to_value"),
    path("time-to-first-win/differences/", differences.show, name="usage_differences"),
    path("views/", views.save, name="save_usage_view"),
    path("views/<uuid:view_id>/remove/", views.remove, name="remove_usage_view"),
    path("", include("firstwin.desk.http.usage.value_urls")),
]
