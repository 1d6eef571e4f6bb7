"""A visit to the portal."""

from typing import Any

import pytest
from django.test import Client

from firstwin.shared import clock
from tests.factories.portal import SmallVisit, make_small_visit


@pytest.fixture(autouse=True)
def _mailbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "firstwin.communications.operations.mailbox.MailboxBackend"


@pytest.fixture
def visit(db: None) -> SmallVisit:
    """A customer whose contract was signed an hour ago."""
    return make_small_visit(at=clock.now())


@pytest.fixture
def reader(visit: SmallVisit) -> Client:
    """The customer's sponsor, who opened the link of a mail."""
    client = Client()
    assert client.get(visit.path).status_code == 302
    return client
