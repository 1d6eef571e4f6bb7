"""Mail of these tests lands in the mailbox page, as on a fresh installation."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _mailbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "firstwin.communications.operations.mailbox.MailboxBackend"
