"""The guardian that believes only the output samples."""

FLOOR = -55.0
AFTER_TICKS = 250
BACK_TICKS = 25


class DeadAirGuard:
    """Dead after 5 s below -55 dBFS in a row; alive again after half a second above it, pauses between words apart."""

    def __init__(self) -> None:
        self.dead = False
        self._silent = 0
        self._sounding = 0

    def update(self, level: float) -> bool:
        """Take one tick's programme level; True when `dead` changed."""
        if level < FLOOR:
            self._silent += 1
            self._sounding = max(0, self._sounding - 1)
        else:
            self._silent = 0
            self._sounding += 1
        if self.dead:
            return self._sounding >= BACK_TICKS and self._turn()
        return self._silent >= AFTER_TICKS and self._turn()

    def _turn(self) -> bool:
        self.dead = not self.dead
        self._silent = self._sounding = 0
        return True
