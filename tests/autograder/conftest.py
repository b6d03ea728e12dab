"""What the tests of the autograder share: a PostgreSQL server of their own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest

NOBODY = "nobody"


def postgres_programs():
    """The folder of Debian's newest PostgreSQL, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name.partition(".")[0]), default=None)


def unprivileged():
    """What to put before a command so that it doesn't run as root, which PostgreSQL refuses; and the user it runs as."""
    if os.geteuid() != 0:
        return [], None
    user = pwd.getpwnam(NOBODY)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL server on loopback, gone in the end. Its port; anybody on this machine may enter while the tests run."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (pip install 'psycopg[binary]')")
    programs = postgres_programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL here (on Debian and Ubuntu: apt install postgresql)")
    prefix, user = unprivileged()
    if prefix and not shutil.which(prefix[0]):
        pytest.skip("PostgreSQL does not run as root, and there is no setpriv to start it as somebody else")
    folder = tempfile.mkdtemp(prefix="dlteach-postgres-")  # not below pytest's own folders, which others can't enter
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, port = f"{folder}/data", free_port()
    initdb = [*prefix, programs / "initdb", "-D", data, "-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, timeout=120)
    settings = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    server = subprocess.Popen(
        [*prefix, programs / "postgres", "-D", data, "-p", str(port), *settings],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ready = [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        while subprocess.run(ready, check=False, capture_output=True).returncode != 0:
            assert server.poll() is None, f"PostgreSQL ended at once, with {server.returncode}"
            time.sleep(0.1)
        yield port
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
        server.wait(timeout=60)
        shutil.rmtree(folder)


@pytest.fixture
def postgres(postgres_server):
    """The URL of an empty database of the test's own."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(host="127.0.0.1", port=postgres_server, user="tester", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://tester@127.0.0.1:{postgres_server}/{name}"
