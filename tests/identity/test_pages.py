"""Ways in: links, set-up, invitations, password, code by mail, second factor; and the ways that stay shut."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from fido2.utils import websafe_encode

from firstwin.identity import queries
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Member, User, Workspace
from firstwin.identity.operations import invitations, members, sealing, sign_in
from firstwin.jobs import operations as job_operations
from firstwin.jobs.models import Job
from firstwin.journal.models import Entry
from firstwin.shared import clock
from tests.factories.customers import make_contact
from tests.factories.identity import PASSWORD, actor_for, make_actor, make_member, make_user, make_workspace, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> None:
    cache.clear()


def whoami(client: Client) -> dict[str, Any] | None:
    answer = client.get("/api/v1/me")
    return answer.json() if answer.status_code == 200 else None


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def deliver() -> list[str]:
    """Let the worker send what waits, and return the texts of the mails."""
    job_operations.run_due(now=clock.now() + timedelta(seconds=1))
    texts = [str(message.body) for message in mail.outbox]
    mail.outbox.clear()
    return texts


def refusals(actor: Actor) -> list[tuple[str, str, str]]:
    """Return whose sign-in was refused, by which means and from where."""
    entries = Entry.objects.filter(workspace_id=actor.workspace_id, event_name="member.sign_in_failed").order_by("id")
    said = [json.loads(entry.data) for entry in entries]
    return [(one["email"], one["method"], one["ip"]) for one in said]


def test_a_printed_link_signs_in_once_into_a_fresh_session() -> None:
    member = make_member()
    link = path_of(sign_in.issue_sign_in_link(email=member.user.email, at=clock.now()))
    client = Client()
    planted = client.session
    planted["planted"] = "by somebody else"
    planted.save()
    client.cookies["sessionid"] = before = planted.session_key
    assert Client().head(link).status_code == 405  # what only looks does not use it up
    answer = client.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.session.session_key != before
    assert "planted" not in client.session
    assert (whoami(client) or {})["id"] == str(member.id)
    assert Client().get(link).status_code == 410
    assert recorded(actor_for(member)) == ["member.sign_in_link_issued", "member.signed_in"]
    assert UserSession.objects.filter(user=member.user).count() == 1


@pytest.mark.parametrize("path", ["/sign-in/x/", "/setup/x/", "/join/x/", f"/join/{'A' * 48}/"])
def test_a_made_up_link_leads_nowhere(path: str) -> None:
    assert Client().get(path).status_code == 404
    assert Client().post(path).status_code in {404, 405}


def test_a_stranger_sets_up_the_first_workspace_only_with_the_link() -> None:
    link = path_of(sign_in.issue_setup_link(at=clock.now()))
    form = {
        "workspace_name": "Lumen",
        "name": "Ada",
        "email": "ada@lumen.example",
        "password": "short",
        "time_zone": "Europe/Berlin",
    }
    client = Client()
    assert client.get(link).status_code == 200
    refused = client.post(link, form)
    assert refused.status_code == 422
    assert not Workspace.objects.exists()
    accepted = client.post(link, {**form, "password": PASSWORD})
    assert accepted.status_code == 302
    assert (whoami(client) or {})["role"] == "owner"
    assert Client().get(link).status_code == 404


def test_nobody_signs_up_on_their_own() -> None:
    client = Client()
    answer = client.post(reverse("account_signup"), {"email": "x@y.example", "password1": PASSWORD})
    assert not User.objects.exists()
    assert answer.status_code == 200
    assert whoami(client) is None


def test_an_invited_person_follows_the_mail_and_is_in() -> None:
    actor = make_actor(Role.ADMIN)
    invitations.invite_member(actor=actor, email="lee@new.example", role=Role.SPECIALIST, at=clock.now())
    [text] = deliver()
    link = path_of(re.findall(r"https?://\S+", text)[0])
    client = Client()
    page = client.get(link)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert client.post(link, {"name": "", "password": ""}).status_code == 422
    assert client.post(link, {"name": "Lee", "password": "password12"}).status_code == 422
    assert not User.objects.filter(email="lee@new.example").exists()
    assert client.post(link, {"name": "Lee", "password": PASSWORD}).status_code == 302
    assert (whoami(client) or {})["role"] == "specialist"
    assert Client().get(link).status_code == 410
    assert recorded(actor)[-2:] == ["member.joined", "member.signed_in"]


def test_a_person_with_an_account_joins_after_signing_in() -> None:
    actor = make_actor(Role.ADMIN)
    home = make_member(user=make_user("lee@old.example", password=PASSWORD))
    info = invitations.invite_member(actor=actor, email="lee@old.example", role=Role.VIEWER, at=clock.now())
    link = path_of(queries.invitation_url(workspace_id=actor.workspace_id, invitation_id=info.id))
    client = Client()
    sent = client.get(link)
    assert sent.headers["Location"] == f"{reverse('account_login')}?next={link}"
    client.post(sent.headers["Location"], {"login": "lee@old.example", "password": PASSWORD})
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 302
    assert (whoami(client) or {})["workspace"]["id"] == str(actor.workspace_id)
    client.post(reverse("switch_workspace"), {"workspace_id": str(home.workspace_id)})
    assert (whoami(client) or {})["workspace"]["id"] == str(home.workspace_id)


def test_someone_else_who_is_signed_in_cannot_take_an_invitation() -> None:
    actor = make_actor(Role.ADMIN)
    info = invitations.invite_member(actor=actor, email="lee@new.example", role=Role.OWNER.ADMIN, at=clock.now())
    link = path_of(queries.invitation_url(workspace_id=actor.workspace_id, invitation_id=info.id))
    other = make_member()
    client = Client()
    client.force_login(other.user)
    assert client.post(link).status_code == 409
    assert Member.objects.for_actor(actor).count() == 1


def test_a_revoked_invitation_is_not_sent() -> None:
    actor = make_actor(Role.ADMIN)
    info = invitations.invite_member(actor=actor, email="lee@new.example", role=Role.VIEWER, at=clock.now())
    invitations.revoke_invitation(actor=actor, invitation_id=info.id, at=clock.now())
    assert deliver() == []


def test_a_password_signs_in_and_a_wrong_one_says_the_same_for_everybody() -> None:
    member = make_member(user=make_user(password=PASSWORD))
    login = reverse("account_login")
    known = Client().post(login, {"login": member.user.email, "password": "wrong wrong wrong"})
    unknown = Client().post(login, {"login": "nobody@vendor.example", "password": "wrong wrong wrong"})
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    client = Client()
    assert client.post(login, {"login": member.user.email, "password": PASSWORD}).status_code == 302
    assert (whoami(client) or {})["id"] == str(member.id)
    assert recorded(actor_for(member)) == ["member.signed_in"]


def test_guessing_a_password_ends_after_five_tries() -> None:
    member = make_member(user=make_user(password=PASSWORD))
    login = reverse("account_login")
    for _ in range(5):
        Client().post(login, {"login": member.user.email, "password": "wrong wrong wrong"})
    client = Client()
    client.post(login, {"login": member.user.email, "password": PASSWORD})
    assert whoami(client) is None


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_and_switching_lead_to_this_site_only(following: str) -> None:
    member = make_member(user=make_user(password=PASSWORD))
    client = Client()
    answer = client.post(
        reverse("account_login"), {"login": member.user.email, "password": PASSWORD, "next": following}
    )
    assert answer.headers["Location"] == "/"
    data = {"workspace_id": str(member.workspace_id), "next": following}
    assert client.post(reverse("switch_workspace"), data).headers["Location"] == "/"


def test_a_code_by_mail_signs_in_and_never_stands_in_a_job() -> None:
    member = make_member()
    client = Client()
    client.post(reverse("account_request_login_code"), {"email": member.user.email})
    job = Job.objects.get(kind="identity.send_mail")
    [text] = deliver()
    code = next(word for word in re.findall(r"[A-Z0-9-]{6,9}", text) if any(c.isdigit() for c in word) or "-" in word)
    assert code not in str(job.payload)
    assert client.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 302
    assert (whoami(client) or {})["id"] == str(member.id)


def test_a_code_for_a_stranger_looks_the_same_and_signs_nobody_in() -> None:
    make_member()
    asked = Client().post(reverse("account_request_login_code"), {"email": "nobody@vendor.example"})
    known = Client().post(reverse("account_request_login_code"), {"email": User.objects.get().email})
    assert (asked.status_code, asked.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert Job.objects.filter(kind="identity.send_mail").count() == 2


def test_a_second_factor_is_asked_for_and_its_secret_is_sealed() -> None:
    member = make_member(user=make_user(password=PASSWORD))
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(member.user, secret)
    assert secret not in str(Authenticator.objects.get().data)
    client = Client()
    answer = client.post(reverse("account_login"), {"login": member.user.email, "password": PASSWORD})
    assert answer.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert whoami(client) is None
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert (whoami(client) or {})["id"] == str(member.id)


def test_a_passkey_is_asked_for_by_the_browser() -> None:
    client = Client()
    options = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["challenge"]
    assert client.post(reverse("mfa_login_webauthn"), {"credential": "{}"}).status_code in {200, 302}
    assert whoami(client) is None


def test_pages_send_the_anonymous_to_sign_in_and_back(settings: Any) -> None:
    client = Client()
    assert client.post(reverse("switch_workspace"), {"workspace_id": "x"}).status_code == 404
    page = client.get("/auth/sessions/")
    assert page.headers["Location"].startswith(reverse("account_login"))


def test_deactivating_ends_the_sessions() -> None:
    owner = make_member(Role.OWNER)
    member = make_member(Role.MANAGER, workspace=owner.workspace)
    client = Client()
    client.get(path_of(sign_in.issue_sign_in_link(email=member.user.email, at=clock.now())))
    assert whoami(client)
    members.deactivate_member(actor=actor_for(owner), member_id=member.id, at=clock.now())
    assert not UserSession.objects.filter(user=member.user).exists()
    assert client.get("/api/v1/me").status_code == 401


def test_a_member_sees_and_ends_sessions() -> None:
    member = make_member()
    here, there = Client(), Client()
    for client in (here, there):
        client.get(path_of(sign_in.issue_sign_in_link(email=member.user.email, at=clock.now())))
    assert here.get("/auth/sessions/").status_code == 200
    here.post("/auth/sessions/")
    assert whoami(here)
    assert whoami(there) is None


def test_contacts_of_customers_are_nobody_here() -> None:
    contact = make_contact()
    assert not User.objects.filter(email=contact.email).exists()
    Client().post(reverse("account_request_login_code"), {"email": contact.email})
    [text] = deliver()
    assert not re.search(r"\b[A-Z0-9]{3}-?[A-Z0-9]{3}\b", text)


def test_switching_to_a_foreign_workspace_is_not_found() -> None:
    client = Client()
    client.force_login(make_member().user)
    assert client.post(reverse("switch_workspace"), {"workspace_id": str(make_workspace().id)}).status_code == 404


def test_a_refused_sign_in_is_written_down_for_members_and_looks_the_same_for_strangers() -> None:
    member = make_member()
    actor = actor_for(member)
    answers = []
    for email in (member.user.email, "stranger@nowhere.example"):
        client = Client(REMOTE_ADDR="198.51.100.7")
        typed = {"login": email, "password": "not the password"}
        answer = client.post(reverse("account_login"), typed)
        answers.append((answer.status_code, answer.content.decode().count("not correct")))
        assert whoami(client) is None
        assert Job.objects.filter(kind=sign_in.NOTE_FAILED_SIGN_IN).count() == len(answers)
    assert answers[0] == answers[1]
    assert not Job.objects.filter(payload__icontains="stranger").exists()
    job_operations.run_due(now=clock.now() + timedelta(seconds=1))
    assert recorded(actor).count("member.sign_in_failed") == 1


def test_guessing_is_stopped_and_so_is_what_it_writes() -> None:
    member = make_member()
    for _ in range(8):
        Client().post(reverse("account_login"), {"login": member.user.email, "password": "wrong"})
    job_operations.run_due(now=clock.now() + timedelta(seconds=1))
    assert recorded(actor_for(member)).count("member.sign_in_failed") == 5


def test_a_wrong_code_by_mail_is_written_down_for_members_and_looks_the_same_for_strangers() -> None:
    member = make_member()
    answers = []
    for email in (member.user.email, "stranger@nowhere.example"):
        client = Client(REMOTE_ADDR="198.51.100.7")
        client.post(reverse("account_request_login_code"), {"email": email})
        answer = client.post(reverse("account_confirm_login_code"), {"code": "WRONG1"})
        assert client.post(reverse("account_confirm_login_code"), {"code": ""}).status_code == 200
        answers.append((answer.status_code, answer.content.decode().count("Incorrect code")))
        assert whoami(client) is None
        assert Job.objects.filter(kind=sign_in.NOTE_FAILED_SIGN_IN).count() == len(answers)
    assert answers[0] == answers[1]
    deliver()
    assert refusals(actor_for(member)) == [(member.user.email, "code", "198.51.100.7")]


def test_a_wrong_second_factor_is_written_down_until_guessing_is_stopped() -> None:
    member = make_member(user=make_user(password=PASSWORD))
    TOTP.activate(member.user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.post(reverse("account_login"), {"login": member.user.email, "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), {"code": ""}).status_code == 200
    for _ in range(8):
        assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert whoami(client) is None
    deliver()
    assert refusals(actor_for(member)) == [(member.user.email, "second factor", "198.51.100.7")] * 5


def test_a_wrong_security_key_is_written_down_and_what_no_key_wrote_is_not() -> None:
    member = make_member(user=make_user(password=PASSWORD))
    TOTP.activate(member.user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client()
    client.post(reverse("account_login"), {"login": member.user.email, "password": PASSWORD})
    client.get(reverse("mfa_authenticate"))
    said = {"type": "webauthn.get", "challenge": "AAAA", "origin": "http://localhost:8642"}
    answer = {
        "clientDataJSON": websafe_encode(json.dumps(said).encode()),
        "authenticatorData": websafe_encode(bytes(37)),
        "signature": "AAAA",
    }
    key = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": answer}
    for credential in (key, {}):
        typed = {"credential": json.dumps(credential)}
        assert client.post(reverse("mfa_authenticate"), typed).status_code == 200
    assert whoami(client) is None
    deliver()
    assert [method for _, method, _ in refusals(actor_for(member))] == ["second factor"]


def test_a_wrong_code_of_somebody_signed_in_is_written_down_too() -> None:
    member = make_member()
    TOTP.activate(member.user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(member.user)
    assert client.post(reverse("mfa_reauthenticate"), {"code": "000000"}).status_code == 200
    deliver()
    assert [method for _, method, _ in refusals(actor_for(member))] == ["second factor"]


def test_one_device_is_signed_out_and_nobody_elses() -> None:
    member, other = make_member(), make_member()
    here, there = Client(), Client()
    for client in (here, there):
        client.get(path_of(sign_in.issue_sign_in_link(email=member.user.email, at=clock.now())))
    first, second = UserSession.objects.filter(user=member.user).order_by("pk")
    stranger = Client()
    stranger.force_login(other.user)
    assert stranger.post(reverse("end_session", kwargs={"session_id": second.pk})).status_code == 404
    assert whoami(there) is not None
    page = here.get(reverse("usersessions_list")).content.decode()
    assert reverse("end_session", kwargs={"session_id": second.pk}) in page
    assert reverse("end_session", kwargs={"session_id": first.pk}) not in page
    assert here.post(reverse("end_session", kwargs={"session_id": second.pk})).status_code == 302
    assert whoami(there) is None
    assert whoami(here) is not None


def test_the_theme_follows_the_person_to_another_browser() -> None:
    member = make_member()
    first, second = Client(), Client()
    for client in (first, second):
        client.force_login(member.user)
    assert first.post(reverse("keep_theme"), {"theme": "dark"}).status_code == 302
    assert 'data-theme="dark"' in second.get("/").content.decode()
    assert second.post(reverse("keep_theme"), {"theme": "purple"}).status_code == 422
    assert 'data-theme="dark"' in first.get("/").content.decode()
    assert 'data-theme="system"' in Client().get(reverse("account_login")).content.decode()
    assert 'data-theme="dark"' in first.get(reverse("account_login"), follow=True).content.decode()


def test_after_a_change_of_the_secret_key_what_the_old_one_signed_and_sealed_still_opens(settings: Any) -> None:
    member = make_member()
    settings.SECRET_KEY = "the earlier key"
    link = path_of(sign_in.issue_sign_in_link(email=member.user.email, at=clock.now()))
    sealed = sealing.seal("hello")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new key", ["the earlier key"]
    assert sealing.unseal(sealed) == "hello"
    client = Client()
    assert client.get(link).status_code == 302
    assert whoami(client) is not None
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="another secret key"):
        sealing.unseal(sealed)


def test_a_request_to_a_wrong_host_gets_a_page_that_says_so(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["onboarding.example"]
    answer = client.get("/sign-in/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "<title>" in answer.content.decode()
