"""Frames of JSON over a socket: four bytes of length, then UTF-8. The receiver sets how long a frame may be and how long it waits."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

LIMIT = 64 << 20  # bytes of one frame
_HEAD = struct.Struct(">I")


class ChannelError(Exception):
    """The other side ended, or sent what no frame can be."""


class ChannelTimeout(ChannelError):
    """Nothing came in time."""


class Channel:
    """One end of a conversation. ``limit`` is how many bytes a frame may have that comes in."""

    def __init__(self, sock: socket.socket, limit: int = LIMIT) -> None:
        self.sock = sock
        self.limit = limit

    def send(self, message: dict[str, Any]) -> None:
        """Send a frame. Raises ChannelError if nobody is there any more."""
        body = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
        try:
            self.sock.settimeout(None)
            self.sock.sendall(_HEAD.pack(len(body)) + body)
        except OSError as error:
            raise ChannelError(f"the other side is gone: {error.strerror}") from error

    def receive(self, timeout: float | None = None) -> dict[str, Any]:
        """The next frame.

        Raises:
            ChannelTimeout: it did not come within ``timeout`` seconds.
            ChannelError: the other side is gone, or what it sent is too long or no JSON object.
        """
        until = None if timeout is None else time.monotonic() + timeout
        (length,) = _HEAD.unpack(self._exactly(_HEAD.size, until))
        if length > self.limit:
            raise ChannelError(f"a frame of {length} bytes is too long")
        body = self._exactly(length, until)
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ChannelError(f"a frame is no JSON: {error}") from error
        if not isinstance(message, dict):
            raise ChannelError("a frame is no JSON object")
        return message

    def _exactly(self, count: int, until: float | None) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            try:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError
                self.sock.settimeout(left)
                part = self.sock.recv(min(count - len(parts), 1 << 20))
            except TimeoutError:
                raise ChannelTimeout("nothing came in time") from None
            except OSError as error:
                raise ChannelError(f"the other side is gone: {error.strerror}") from error
            if not part:
                raise ChannelError("the other side is gone")
            parts += part
        return bytes(parts)

    def close(self) -> None:
        """Close this end."""
        self.sock.close()
