"""Start a Jupyter server, wait until it answers, and stop it."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

TOKEN = "only-for-this-test"
OPTIONS = [f"--IdentityProvider.token={TOKEN}", *(["--allow-root"] if os.name == "posix" and os.geteuid() == 0 else [])]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(url, patience=90):
    """The body of a page, as soon as the server gives one."""
    until = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(f"{url}?token={TOKEN}", timeout=30) as page:
                return page.read().decode("utf-8")
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


@contextlib.contextmanager
def server_of(command, cwd, environment):
    """Run a command that starts JupyterLab: gives the address of the server; afterwards the server is stopped, and is gone."""
    port = free_port()
    command = [*map(str, command), "--no-browser", f"--port={port}", *OPTIONS]
    log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
    with log, subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=cwd) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            try:
                answer(f"{url}/api/status")
            except OSError as error:
                log.seek(0)
                raise AssertionError(f"the server did not answer ({error}):\n{log.read()[-4000:]}") from error
            yield url
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
                raise
    with contextlib.closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "stopping the command stops the server"
