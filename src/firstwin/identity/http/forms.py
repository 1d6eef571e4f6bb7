"""Forms of joining and of setting up."""

from typing import ClassVar
from zoneinfo import available_timezones

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms

PASSWORD_HELP = "At least 10 characters. Leave it empty to sign in by codes that come by mail, or by a passkey."  # noqa: S105


class JoinForm(forms.Form):
    """A new person says their name and may choose a password."""

    name = forms.CharField(label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        max_length=500,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class SetUpForm(forms.Form):
    """The first workspace and its owner."""

    workspace_name = forms.CharField(
        label="Your company", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    name = forms.CharField(label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label="Your email address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=500,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        initial="UTC",
        choices=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        widget=forms.Select(attrs={"data-controller": "zone"}),
    )

    PLACES: ClassVar[dict[str, str]] = {
        "name": "workspace_name",
        "person_name": "name",
        "email": "email",
        "password": "password",
        "time_zone": "time_zone",
    }


class PasskeyForm(AddWebAuthnForm):
    """A passkey is made to sign in with alone; who wants it only after a password takes the mark away."""

    passwordless = forms.BooleanField(
        label="Sign in with it alone",
        required=False,
        initial=True,
        help_text="No password is asked for: your device asks for your fingerprint, your face or its PIN instead.",
    )
