"""The network: whatever could leave the machine, or come to another program on it."""

from tests.autograder.redteam.base import NO_SUMS, NO_TOTAL, Item, plain, rows

FAMILY = "network"
CONNECT = """\
import socket
def say(kind, *address):
    try:
        with socket.socket(*kind) as s:
            s.settimeout(2)
            s.connect(address if len(address) > 1 else address[0])
            s.sendall(b"canary")
        print("SENT", address)
    except OSError as error:
        print(type(error).__name__, error)
"""
TRIES = """\
say((socket.AF_INET, socket.SOCK_STREAM), "127.0.0.1", @TCP@)
say((socket.AF_INET, socket.SOCK_DGRAM), "127.0.0.1", @UDP@)
say((socket.AF_UNIX, socket.SOCK_STREAM), "@PATH_SOCKET@")
say((socket.AF_UNIX, socket.SOCK_STREAM), "\\0@ABSTRACT@")
"""
ALL = CONNECT + TRIES
IN_FUNCTION = CONNECT + "def row_sums(x):\n    " + TRIES.replace("\n", "\n    ") + "return None"
LISTEN = """\
import socket
try:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0)); s.listen()
        print("LISTENS", s.getsockname())
except OSError as error:
    print(error)
"""
NAMES = """\
import socket, urllib.request
for do in (lambda: socket.getaddrinfo("example.org", 80), lambda: urllib.request.urlopen("http://127.0.0.1:@TCP@/canary", timeout=2)):
    try:
        print(do())
    except OSError as error:
        print(type(error).__name__, error)
"""

ITEMS: list[Item] = [
    rows(
        "connect",
        FAMILY,
        "TCP, UDP and unix sockets to listeners on this machine",
        ALL + NO_SUMS,
        points=2.5,
    ),
    rows("connect-while-checked", FAMILY, "the same, in the function", IN_FUNCTION, points=2.5),
    plain("connect-plain", FAMILY, "the same, in an answer to a plain test", ALL + NO_TOTAL),
    rows("listen", FAMILY, "listens on a port of its own", LISTEN + NO_SUMS, points=2.5),
    rows("resolve", FAMILY, "asks for the address of a name, and for a page", NAMES + NO_SUMS, points=2.5),
]
