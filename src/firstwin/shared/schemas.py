"""Base of what the API takes in; what it gives out are the contracts themselves."""

from ninja import Schema
from pydantic import ConfigDict


class StrictSchema(Schema):
    """A body in which an unknown field is a mistake that is reported, not swallowed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)
