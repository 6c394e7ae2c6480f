"""matplotlib without its own remarks: where it may not write a cache of fonts it takes another folder, which nobody has to know."""

from __future__ import annotations

import logging


def quiet() -> None:
    """To be called before matplotlib is imported."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
