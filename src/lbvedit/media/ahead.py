"""Work done ahead of its consumer, in a thread, a bounded number of results deep."""

from __future__ import annotations

from collections.abc import Generator
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import Generic, Self, TypeVar

__all__ = ["Ahead"]

Item = TypeVar("Item")

PATIENCE_S = 2
"""How long ``close`` waits for the thread; one that waits for a silent pipe is left to the end of the process."""


class Ahead(Generic[Item]):
    """Iterates over what a generator gives, while a thread already runs the generator further.

    What the generator raises is raised where its result would have been taken.

    Args:
        items: the generator; only the thread touches it from now on, and closes it.
        depth: results that may wait to be taken.
    """

    def __init__(self, items: Generator[Item], depth: int) -> None:
        self._results: SimpleQueue[tuple[Item] | BaseException] = SimpleQueue()
        self._room = Semaphore(depth)
        self._stopped = Event()
        self._ended = False
        self._thread = Thread(target=self._work, args=(items,), name="lbvedit-decode", daemon=True)
        self._thread.start()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Item:
        if self._ended:
            raise StopIteration
        result = self._results.get()
        if isinstance(result, BaseException):
            self._ended = True
            raise result
        self._room.release()
        return result[0]

    def close(self) -> None:
        """Stops the thread; what waits to be taken is dropped."""
        self._ended = True
        self._stopped.set()
        self._room.release()
        self._thread.join(PATIENCE_S)

    def _work(self, items: Generator[Item]) -> None:
        try:
            for item in items:
                self._room.acquire()
                if self._stopped.is_set():
                    break
                self._results.put((item,))
            items.close()
            self._results.put(StopIteration())
        except BaseException as error:
            self._results.put(error)
