"""Files of the index, had written by the worker: in a process of its own, for it may take minutes and gigabytes."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import datetime, timedelta

from django.conf import settings

from talentbank.ranking import builds

logger = logging.getLogger(__name__)
PAUSE = timedelta(minutes=10)
"""After a process that failed."""
STOP_SECONDS = 10


class Building:
    """At most one such process; what it leaves when it is stopped is what was there before."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before: datetime | None = None

    def turn(self, *, at: datetime) -> None:
        """Start it where files are due and none runs."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._process = None
            if code:
                logger.warning("build_index ended with %s; it is tried again in %s", code, PAUSE)
                self._not_before = at + PAUSE
        if (self._not_before is None or at >= self._not_before) and builds.builds_due(at=at):
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "build_index", "--due"]
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
