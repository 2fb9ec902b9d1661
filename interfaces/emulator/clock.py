"""The pod's time. In process it stands still until somebody sleeps; served, it runs, faster than ours if asked."""

from __future__ import annotations

import time
from datetime import UTC, datetime

START = datetime(2026, 11, 20, 6, 40, tzinfo=UTC)
"""Where the time of an emulated pod begins, unless told otherwise."""


class Clock:
    """Virtual time: ``sleep`` moves it, and returns at once."""

    speed = 1.0  # seconds of this time that pass in one of the wall's

    def __init__(self, start: datetime = START) -> None:
        self._now = start.timestamp()

    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._now += max(seconds, 0.0)


class RunningClock(Clock):
    """Time that runs ``speed`` times as fast as the wall's."""

    def __init__(self, speed: float = 1.0, start: datetime = START) -> None:
        super().__init__(start)
        self.speed = speed
        self._began = time.monotonic()

    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return self._now + (time.monotonic() - self._began) * self.speed

    def sleep(self, seconds: float) -> None:
        """Wait until ``seconds`` of the pod's time have passed."""
        time.sleep(max(seconds, 0.0) / self.speed)


def moment(seconds: float) -> str:
    """A time as Fusion's services write it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
