"""How often a server looks for garbage that refers to itself in a circle."""

import gc


def collect_seldom() -> None:
    """Let what is loaded by now stay, and look seldom: a request makes tens of thousands of objects and drops them at its
    end, and looking for circles after every 700 of them finds nothing and takes a tenth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
