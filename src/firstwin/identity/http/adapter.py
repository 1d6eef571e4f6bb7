"""What django-allauth asks the product: who may sign up, how mail goes out, what happens after sign-in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse

from firstwin.identity.operations import mail, sealing, sign_in
from firstwin.shared import clock

METHODS = {"mfa": "second factor", "code": "code", "password": "password"}


class AccountAdapter(DefaultAccountAdapter):
    """People come in by invitation or at set-up only; mail goes through jobs; each sign-in is written down."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        request = allauth_context.request
        facts = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        message = self.render_mail(template_prefix, email, facts)
        alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
        html = next((str(content) for content, kind in alternatives if kind == "text/html"), "")
        mail.enqueue_mail(
            mail=mail.SealedMail(to=email, subject=str(message.subject), text=str(message.body), html=html)
        )

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        email = str(credentials.get("email") or credentials.get("username") or "")
        sign_in.note_failed_sign_in(email=email, method="password", ip=self.get_client_ip(request))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **given: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **given)
        sign_in.record_sign_in(
            user_id=user.pk, method=method_of(request), ip=self.get_client_ip(request), at=clock.now()
        )
        return response


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps encrypted."""

    def get_totp_issuer(self) -> str:
        return "Firstwin"

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)


def method_of(request: HttpRequest) -> str:
    """Return how the person just proved who they are, in one word or two joined by "and"."""
    names = []
    for record in get_authentication_records(request):
        name = "passkey" if record.get("passwordless") else METHODS.get(record["method"], record["method"])
        if name not in names:
            names.append(name)
    return " and ".join(names[-2:]) or "unknown"
