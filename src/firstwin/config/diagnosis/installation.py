"""What the doctor looks at in the installation: database, clock, worker, port, mail, settings."""

import smtplib
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from firstwin.config import database, heartbeat, web_server
from firstwin.config.diagnosis.findings import Finding, fine, note, wrong
from firstwin.shared import row_security
from firstwin.usage.operations import store as event_store
from firstwin.usage.queries import inbox, keeping

EVENTS_WAIT_AT_MOST = timedelta(minutes=5)
ORDERS_WAIT_AT_MOST = timedelta(hours=1)
CLOCK_TOLERANCE = timedelta(seconds=30)
ANSWER_WITHIN_SECONDS = 5


def look(now: datetime) -> Iterator[Finding]:
    """Look at the installation."""
    state = database.state()
    yield from look_at_database(state)
    if not state.error:
        yield look_at_clock(now)
        if not state.waiting_migrations:
            yield look_at_worker(now)
            yield look_at_product_events(now)
            yield from look_at_row_security()
    yield look_at_port()
    yield look_at_address()
    yield look_at_mail()


def look_at_database(state: database.DatabaseState) -> Iterator[Finding]:
    """Does the database answer, is it new enough, are its tables up to date."""
    if state.error:
        yield wrong("Database", f"{state.kind} does not answer: {state.error}", database.remedy(state))
        return
    if state.is_new_enough:
        yield fine("Database", f"{state.kind} {state.version}")
    else:
        yield wrong("Database", f"{state.kind} {state.version} is too old", "Use PostgreSQL 14 or newer.")
    if state.waiting_migrations:
        yield wrong(
            "Tables", f"{state.waiting_migrations} migrations are missing", "Run: firstwin up (or firstwin migrate)"
        )
    else:
        yield fine("Tables", "up to date")


def look_at_row_security() -> Iterator[Finding]:
    """Does the database itself keep workspaces apart."""
    if connection.vendor != "postgresql":
        return
    if row_security.is_bypassed():
        remedy = "Connect as an ordinary database user, so that row-level security also holds for Firstwin itself."
        yield note("Row security", "the database user gets past it", remedy)
    else:
        yield fine("Row security", "on")


def look_at_clock(now: datetime) -> Finding:
    """Do this machine and the database agree on the time."""
    if connection.vendor == "sqlite":
        return fine("Clock", f"{now:%Y-%m-%d %H:%M} UTC")
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    difference = abs(theirs - now)
    if difference > CLOCK_TOLERANCE:
        text = f"this machine and the database differ by {difference.total_seconds():,.0f} s"
        return wrong("Clock", text, "Let both machines set their clock by NTP; promises and timers depend on it.")
    return fine("Clock", f"{now:%Y-%m-%d %H:%M} UTC, the same in the database")


def look_at_worker(now: datetime) -> Finding:
    """Is a worker alive: without one no mail goes out and no timer rings."""
    remedy = "Start it: firstwin up (or firstwin worker on its own)."
    try:
        seen = heartbeat.last_beat()
    except DatabaseError as error:
        return wrong("Worker", f"cannot be asked for: {error}", remedy)
    if seen is None:
        return note("Worker", "has not run yet", remedy)
    if not heartbeat.is_alive(seen, now=now):
        return wrong("Worker", f"silent since {seen:%Y-%m-%d %H:%M} UTC", remedy)
    return fine("Worker", "alive")


def look_at_product_events(now: datetime) -> Finding:
    """Do product events get from the inbox into their store."""
    waiting = inbox.get_fill()
    if waiting.oldest_at is not None and now - waiting.oldest_at > EVENTS_WAIT_AT_MOST:
        text = f"{waiting.events:,} wait in the inbox, the oldest since {waiting.oldest_at:%Y-%m-%d %H:%M} UTC"
        remedy = "Start their store: firstwin up (or firstwin event_store on its own). Nothing is lost meanwhile."
        return wrong("Product events", text, remedy)
    state = keeping.get_state()
    if state.failed_orders or state.set_aside:
        text = f"{state.set_aside:,} batches were set aside, {state.failed_orders:,} orders to the store failed"
        return wrong(
            "Product events", text, "Settings, Kept and erased, says why; the log of the event store says more."
        )
    if state.oldest_order_at is not None and now - state.oldest_order_at > ORDERS_WAIT_AT_MOST:
        text = (
            f"{state.orders:,} orders wait for their store, the oldest since {state.oldest_order_at:%Y-%m-%d %H:%M} UTC"
        )
        return wrong("Product events", text, "Start their store: firstwin up (or firstwin event_store on its own).")
    if settings.EVENT_STORE and not settings.EVENT_STORE_URL and not event_store.is_installed():
        remedy = "Run make run in the checkout, or pip install chdb."
        return note("Product events", "the engine of their store (chdb) is not installed", remedy)
    return fine("Product events", "none waits for long")


def look_at_port() -> Finding:
    """Is the address free, or is it Firstwin that listens there."""
    if web_server.is_port_free(settings.HOST, settings.PORT):
        return note("Port", f"{settings.PORT} is free: Firstwin is not running", "Start it: firstwin up")
    host = "127.0.0.1" if settings.HOST in {"0.0.0.0", "::"} else settings.HOST  # noqa: S104
    try:
        address = f"http://{host}:{settings.PORT}/health/live"
        with urllib.request.urlopen(address, timeout=ANSWER_WITHIN_SECONDS) as answer:
            is_ours = answer.headers.get("X-Firstwin") == "yes"
    except OSError:
        is_ours = False
    if is_ours:
        return fine("Port", f"Firstwin answers on {settings.PORT}")
    return wrong(
        "Port", f"something else listens on {settings.PORT}", web_server.port_taken(settings.HOST, settings.PORT)
    )


def look_at_address() -> Finding:
    """Do links in mails lead to people's browsers, and is the way there encrypted."""
    if settings.IS_HTTPS:
        return fine("Address", settings.BASE_URL)
    if settings.HOST in {"127.0.0.1", "localhost", "::1"}:
        return note("Address", f"{settings.BASE_URL}: reachable from this machine only")
    remedy = "Put a proxy with TLS in front and set FIRSTWIN_BASE_URL=https://..."
    return wrong("Address", f"{settings.BASE_URL} is not encrypted and answers other machines", remedy)


def look_at_mail() -> Finding:
    """Does mail leave the house."""
    if settings.MAILBOX:
        return note("Mail", "stays in the mailbox page", "To send it: FIRSTWIN_MAILBOX=no and FIRSTWIN_SMTP_URL.")
    if not settings.EMAIL_URL:
        return wrong("Mail", "has nowhere to go", "Set FIRSTWIN_SMTP_URL=smtp://user:password@host:587.")
    try:
        kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
        with closing(kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=ANSWER_WITHIN_SECONDS)) as server:
            server.ehlo()
            if settings.EMAIL_USE_TLS:
                server.starttls()
            if settings.EMAIL_HOST_USER:
                server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except (OSError, smtplib.SMTPException) as error:
        text = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} refuses: {error}"
        return wrong("Mail", text, "Check host, port, user and password in FIRSTWIN_SMTP_URL.")
    return fine("Mail", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} takes it")
