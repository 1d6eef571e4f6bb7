"""Write keys: how one looks, and where a request carries it."""

import base64
import binascii
import re

SHAPE = re.compile(r"[A-Za-z0-9_-]{8,64}")
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LENGTH = 32


def find_write_key(*, authorization: str, in_body: object) -> str:
    """A write key may come as the user name of Basic authentication or as writeKey in the body; "" if there is none."""
    key = _key_of_basic(authorization) or (in_body if isinstance(in_body, str) else "")
    return key if SHAPE.fullmatch(key) else ""


def _key_of_basic(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode("ascii").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
