"""Addresses of working calendars."""

from django.urls import path

from firstwin.desk.http.calendars import changes, files, pages

CALENDAR = "calendars/<str:holder_kind>/<uuid:holder_id>/"
DAY = "calendars/days/<uuid:day_id>/"
FILE = "calendars/imports/<uuid:calendar_import_id>/"

urlpatterns = [
    path("settings/calendar/", pages.show_workspace, name="settings_calendar"),
    path("settings/your-calendar/", pages.show_own, name="settings_own_calendar"),
    path(f"{DAY}change/", changes.change_day, name="calendar_day"),
    path(f"{DAY}remove/", changes.remove_day, name="calendar_day_remove"),
    path(f"{FILE}preview/", files.show, name="calendar_import"),
    path(f"{FILE}take-over/", files.take_over, name="calendar_import_finish"),
    path(f"{FILE}undo/", files.undo, name="calendar_import_undo"),
    path("calendars/capacity/<uuid:member_id>/", changes.set_capacity, name="set_capacity"),
    path(CALENDAR, pages.show, name="calendar"),
    path(f"{CALENDAR}add/", changes.add_day, name="calendar_day_add"),
    path(f"{CALENDAR}hours/", changes.set_hours, name="calendar_hours"),
    path(f"{CALENDAR}import/", files.choose, name="calendar_file"),
]
