"""Mails as they look in a mail program: a sandboxed page of its own, without scripts and without the product's cookies."""

from django.http import HttpResponse

from firstwin.shared import middleware

SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
"""What a frame around a mail may do: its links open in a new tab, nothing else."""


def mail_frame(html: str) -> HttpResponse:
    """Answer a mail's HTML for a frame; links open in a new tab, nothing is loaded from elsewhere."""
    page = html.replace("<head>", '<head><base target="_blank">', 1)
    policy = middleware.policy(
        default_src="'none'",
        script_src="'none'",
        style_src="'unsafe-inline'",
        img_src="data:",
        frame_ancestors="'self'",
    )
    headers = {
        middleware.HEADER: f"{policy}; sandbox {SANDBOX}",
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store",
    }
    return HttpResponse(page, headers=headers)
