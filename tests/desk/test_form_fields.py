"""Fields of forms as they are shown."""

from datetime import time

from django import forms

from firstwin.desk.http.calendars.forms import HoursField
from firstwin.shared.templatetags import ui_forms

CHOICES = [("daily", "Every day"), ("weekly", "Every week")]


class Asked(forms.Form):
    name = forms.CharField()
    note = forms.CharField(required=False)
    pace = forms.ChoiceField(choices=CHOICES, required=False)
    way = forms.ChoiceField(choices=CHOICES, required=False, widget=forms.RadioSelect, initial="daily")
    mood = forms.ChoiceField(choices=CHOICES, required=False, widget=forms.RadioSelect)
    days = forms.MultipleChoiceField(choices=CHOICES, required=False, widget=forms.CheckboxSelectMultiple)
    is_sure = forms.BooleanField(required=False)
    sunday = HoursField(required=False)


def test_only_what_somebody_could_leave_out_is_called_optional() -> None:
    optional = {bound.name for bound in Asked() if ">optional<" in ui_forms.field(bound)}
    assert optional == {"note", "mood", "days"}


def test_an_empty_day_is_a_closed_one() -> None:
    field = HoursField(required=False)
    assert field.clean("") == ()
    assert field.clean("9-17") == ((time(9), time(17)),)
