"""A POST with an Idempotency-Key is carried out once, however often it is sent."""

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from firstwin.identity.contracts import Actor, RequestClaim, StoredAnswer
from firstwin.identity.http import api_auth
from firstwin.identity.operations import api_requests
from firstwin.shared import clock, problem_json
from firstwin.shared.errors import FirstwinError, InvalidInputError

HEADER = "Idempotency-Key"
LONGEST_KEY = 200


class IdempotencyMiddleware:
    """Wraps the API: what a request does and the answer to it are kept in one transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST" or not request.path_info.startswith("/api/"):
            return self._get_response(request)
        try:
            actor = api_auth.caller_of(request)
            if actor is None:
                return self._get_response(request)
            return self._answer(request, actor, _checked(key))
        except FirstwinError as error:
            return problem_json.response_of(error)

    def _answer(self, request: HttpRequest, actor: Actor, key: str) -> HttpResponseBase:
        claim = api_requests.claim_request(actor=actor, key=key, fingerprint=_fingerprint(request), at=clock.now())
        if isinstance(claim, StoredAnswer):
            answer = HttpResponse(claim.body, status=claim.status, content_type=claim.content_type)
            answer["Idempotent-Replayed"] = "true"
            return answer
        is_kept = False
        try:
            response, is_kept = self._carry_out(request, actor, claim)
        finally:
            if not is_kept:
                api_requests.drop_claim(actor=actor, claim=claim)
        return response

    def _carry_out(self, request: HttpRequest, actor: Actor, claim: RequestClaim) -> tuple[HttpResponseBase, bool]:
        with transaction.atomic():
            response = self._get_response(request)
            if not 200 <= response.status_code < 300 or not isinstance(response, HttpResponse):
                transaction.set_rollback(True)  # it changed nothing, so the same key may try again
                return response, False
            answer = StoredAnswer(
                status=response.status_code,
                content_type=response.headers.get("Content-Type", ""),
                body=response.content,
            )
            api_requests.keep_answer(actor=actor, claim=claim, answer=answer)
        return response, True


def _checked(key: str) -> str:
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInputError(
            "The idempotency key is empty, too long, or holds unusual characters.",
            remedy=f"Send 1 to {LONGEST_KEY} visible ASCII characters, such as a UUID.",
        )
    return key


def _fingerprint(request: HttpRequest) -> str:
    """Digest of all that makes this request this request; uploads are read in pieces and wound back."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            digest.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(repr((name, file.name, file.size)).encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()
