"""Ctrl-C during a long run: the first one ends the search, and no other one can lose what was found."""

from __future__ import annotations

import _thread
import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from api.plan_progress import Progress

LAST_PHASE = "build"
"""What a solver says it is doing once it only puts together what it has."""

NUDGE_S = 0.02
"""Seconds after which it is tried again to end a search that could not be ended where Ctrl-C came."""

# Compiled code that is interrupted while it hands over its result crashes, so only code of these ends by Ctrl-C.
_OURS = frozenset({"__main__", "api", "data", "network", "optimizer"})


@contextlib.contextmanager
def one_command(*, is_process: bool) -> Iterator[None]:
    """
    Let a command do with Ctrl-C what it wants, and end its effect with the command.

    Parameters
    ----------
    is_process
        Whether the process ends with the command: a second Ctrl-C must not change how then.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN if is_process else before)


class Watcher(Protocol):
    """What is told how a run stands."""

    def __call__(self, progress: Progress) -> None:
        """Take note."""


class Interrupts:
    """
    Keeps a plan safe from Ctrl-C from the moment there may be one until it is written.

    The search is ended by a `KeyboardInterrupt`, as soon as it is in code that stands it.

    As a context it takes over the signal; as a watcher of a solver it learns when the search is over. Outside of the
    main thread, where no signals arrive, and where Ctrl-C is not meant for the process, as in the background, it only
    passes on what it is told.

    Attributes
    ----------
    is_pressed
        Whether Ctrl-C was pressed.
    watcher
        Whom to tell how the run stands, None for nobody.
    """

    def __init__(self) -> None:
        self.is_pressed = False
        self._has_raised = False
        self.watcher: Watcher | None = None
        self._may_raise = False
        self._before = signal.getsignal(signal.SIGINT)
        is_main = threading.current_thread() is threading.main_thread()
        self._is_heard = is_main and callable(self._before)

    def __enter__(self) -> Self:
        """Take over the signal."""
        self.rouse()
        return self

    def rouse(self) -> None:
        """Let Ctrl-C end what is done from now on."""
        self._may_raise = self._is_heard
        self._arm()
        if self._is_heard:
            threading.Thread(target=self._nudge, daemon=True).start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give the signal back; once it came, later ones stay without effect until the command is over."""
        self.calm()
        if self._is_heard and not self.is_pressed:
            signal.signal(signal.SIGINT, self._before)

    def __call__(self, progress: Progress) -> None:
        """Pass on how the run stands, and end a search that did not notice Ctrl-C."""
        if progress.phase == LAST_PHASE:
            self.calm()
        if self.watcher is not None:
            self.watcher(progress)
        self.check()

    def check(self) -> None:
        """End a search that did not notice Ctrl-C."""
        # Libraries of solvers take over the signal and do not give it back.
        self._arm()
        if self._may_raise and self.is_pressed:
            self._has_raised = True
            raise KeyboardInterrupt

    def calm(self) -> None:
        """Let no Ctrl-C raise any more: what was looked for is found."""
        self._may_raise = False

    def _arm(self) -> None:
        if self._is_heard:
            signal.signal(signal.SIGINT, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        """Take note, and end the search if that can be done here."""
        del number
        self.is_pressed = True
        if self._is_due() and frame is not None and _is_ours(frame):
            self._has_raised = True
            raise KeyboardInterrupt

    def _is_due(self) -> bool:
        return self._may_raise and not self._has_raised

    def _nudge(self) -> None:
        """Try again and again to end a search that could not be ended where Ctrl-C came."""
        while self._is_due():
            if self.is_pressed:
                _thread.interrupt_main()
            time.sleep(NUDGE_S)


def _is_ours(frame: FrameType) -> bool:
    """Tell whether a frame runs code of Hubport, and nothing that compiled code called."""
    module = str(frame.f_globals.get("__name__"))
    return module.partition(".")[0] in _OURS
