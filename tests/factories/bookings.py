"""Bookings for tests, made by the real operation."""

from datetime import date
from typing import Any
from uuid import UUID

from firstwin.customers.contracts import Segment
from firstwin.playbooks import queries as playbook_queries
from firstwin.projects.contracts.bookings import NewBooking
from firstwin.projects.operations import bookings
from tests.factories.projects import Scene

START_ON = date(2026, 3, 16)
"""Two weeks after the scene's signature, a Monday."""


def new_booking(scene: Scene, **fields: Any) -> NewBooking:
    """A booking of the scene's playbook for a prospect, by 50 %, with the specialist in the role of ours."""
    version = playbook_queries.get_version(scene.manager, scene.version_id)
    return NewBooking(
        **{
            "playbook_id": version.playbook_id,
            "start_on": START_ON,
            "probability": 50,
            "prospect_name": "Wren Robotics",
            "segment": Segment.MID_MARKET,
            "role_map": {"csm": scene.specialist.id},
            **fields,
        }
    )


def make_booking(scene: Scene, **fields: Any) -> UUID:
    """Book by the scene's manager; `fields` are those of NewBooking."""
    return bookings.book(actor=scene.manager, new=new_booking(scene, **fields), at=scene.at)
