"""The HTTP session that all calls to Slack share."""

import socket
import struct

from aiohttp import AddrInfoType, ClientSession, ClientTimeout, TCPConnector

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def slack_session(timeout_seconds: float) -> ClientSession:
    """A session whose calls take at most so long; a connection that was never made fails earlier than the call.

    A connection that is given up is reset, so that the system does not deliver later what is still unsent: a message
    whose fate was decided must not appear afterwards.
    """
    timeout = ClientTimeout(total=timeout_seconds, sock_connect=timeout_seconds / 2)
    return ClientSession(timeout=timeout, connector=TCPConnector(socket_factory=_resetting_socket))


def _resetting_socket(address: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    made = socket.socket(family=family, type=kind, proto=protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    return made
