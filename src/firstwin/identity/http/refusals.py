"""The steps of sign-in after the first one: what they refuse is written down, as a refused password is."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm
from allauth.core import context as allauth_context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError

from firstwin.identity.http.adapter import AccountAdapter
from firstwin.identity.operations import sign_in

WRONG = "incorrect_code"
"""What allauth calls a code or a key that does not fit; a refusal for trying too often is none."""


def _note(error: ValidationError, *, email: str, method: str) -> None:
    if error.code == WRONG:
        request = allauth_context.request
        sign_in.note_failed_sign_in(email=email, method=method, ip=AccountAdapter(request).get_client_ip(request))


class MailedCodeForm(ConfirmLoginCodeForm):
    """Asks for the code that came by mail."""

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except ValidationError as error:
            stage = allauth_context.request._login_stage  # where allauth keeps whose sign-in this is
            _note(error, email=str(stage.state.get("email") or ""), method="code")
            raise


class SecondFactorForm(AuthenticateForm):
    """Asks for a code of an authenticator app, or a recovery code."""

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except ValidationError as error:
            _note(error, email=self.user.email, method="second factor")
            raise


class SecondFactorAgainForm(SecondFactorForm, ReauthenticateForm):
    """Asks somebody who is signed in for such a code, before what matters most."""


class SecurityKeyForm(AuthenticateWebAuthnForm):
    """Asks for a security key as the second factor."""

    def clean_credential(self) -> Any:
        auth.parse_authentication_response(self.cleaned_data["credential"])  # what no key wrote is no attempt
        try:
            return super().clean_credential()
        except ValidationError as error:
            _note(error, email=self.user.email, method="second factor")
            raise
