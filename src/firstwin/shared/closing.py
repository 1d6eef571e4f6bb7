"""Whether the process that answers is about to end: what would go on by itself, such as a stream, ends then.

Who looks after such processes announces it before asking them to end; those that it starts afterwards are not meant.
"""

from multiprocessing.sharedctypes import RawValue

_announced = RawValue("i", 0)  # in memory that belongs to a process and to those forked from it
_announced_before = 0


def begin() -> None:
    """Be a process that ends with the next announcement, whatever was announced before it was started."""
    global _announced_before
    _announced_before = _announced.value


def announce() -> None:
    """Let every process started from this one know that it is about to end."""
    _announced.value += 1


def is_near() -> bool:
    """Say whether the end of this process was announced."""
    return bool(_announced.value != _announced_before)
