"""One talk with an OpenID provider: it ends at a set moment, however slowly the other side speaks."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager

TALK_SECONDS = 8  # for all that one sign-in asks: document, token, keys, userinfo
TIMEOUT = (3.05, TALK_SECONDS)  # seconds to connect, and to wait for the next bytes


class Talk(HTTPAdapter):
    """Carries requests, and cuts every connection that is still open when the time is over.

    A timeout of requests, and urllib3's `total` too, begins anew with each byte that comes: whoever sends one every few
    seconds holds a request for as long as they like. So a timer shuts the connection down from outside, at whatever
    it is then: the handshake, the headers or the body. It holds a second handle of each, because wrapping a socket in
    TLS takes the first away. Connections are made by urllib3 as always; only their making is noted, in the way of
    urllib3's own contrib.socks.
    """

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + TALK_SECONDS
        self._open: list[socket.socket] = []
        self._guard = threading.Lock()
        self._timer: threading.Timer | None = None
        super().__init__()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._guard:
            for each in self._open:
                each.close()
            self._open.clear()
        self.close()

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at

    def reason(self, problem: object) -> object:
        """Why something failed: a connection that was cut fails in many words, all of which mean one thing."""
        return requests.Timeout("the whole talk took too long") if self.is_over else problem

    def carry(self, session: requests.Session) -> None:
        """Have the session's requests go through this talk."""
        session.mount("https://", self)
        session.mount("http://", self)

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        if self.is_over:
            raise requests.Timeout("the whole talk took too long")
        return super().send(*args, **kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        self._watch(manager)
        return manager

    def _watch(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = {
            scheme: type("WatchedPool", (pool,), {"ConnectionCls": self._watched(pool.ConnectionCls)})
            for scheme, pool in (("http", HTTPConnectionPool), ("https", HTTPSConnectionPool))
        }

    def _watched(self, kind: Any) -> type:
        talk = self

        class Watched(kind):
            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()
                talk._hold(made)
                return made

        return Watched

    def _hold(self, made: socket.socket) -> None:
        with self._guard:
            self._open.append(made.dup())
            if self._timer is None:
                self._timer = threading.Timer(max(0.0, self._ends_at - time.monotonic()), self._cut)
                self._timer.daemon = True
                self._timer.start()
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        with self._guard:
            for each in self._open:
                with suppress(OSError):  # the other side was faster
                    each.shutdown(socket.SHUT_RDWR)
