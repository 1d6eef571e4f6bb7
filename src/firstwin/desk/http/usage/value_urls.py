"""Addresses of what counts as the first win, and of signals."""

from django.urls import path

from firstwin.desk.http.usage import first_value, signals

urlpatterns = [
    path("first-value/", first_value.show, name="usage_first_value"),
    path("first-value/new/", first_value.add, name="new_first_value"),
    path("first-value/check/", first_value.check, name="check_first_value"),
    path("first-value/<uuid:rule_id>/", first_value.edit, name="usage_first_value_rule"),
    path("first-value/<uuid:rule_id>/past/", first_value.show_past, name="first_value_past"),
    path("first-value/<uuid:rule_id>/remove/", first_value.remove, name="remove_first_value"),
    path("first-value/<uuid:rule_id>/undo/", first_value.undo, name="undo_first_value"),
    path("first-value/<uuid:rule_id>/versions/<int:number>/", first_value.restore, name="restore_first_value"),
    path("signals/", signals.show, name="usage_signals"),
    path("signals/look/", signals.look, name="look_for_signals"),
    path("signals/limits/", signals.limits, name="signal_limits"),
    path("signals/<uuid:signal_id>/dismiss/", signals.dismiss, name="dismiss_signal"),
    path("signals/<uuid:signal_id>/snooze/", signals.snooze, name="snooze_signal"),
    path("signals/<uuid:signal_id>/reopen/", signals.reopen, name="reopen_signal"),
]
