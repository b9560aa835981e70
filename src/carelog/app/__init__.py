"""The composition root: the one room that knows every other."""

from carelog.app.made import Made
from carelog.app.opening import open_carelog
from carelog.app.whole import Carelog

__all__ = ["Carelog", "Made", "open_carelog"]
