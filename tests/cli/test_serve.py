"""`localcare serve` in earnest: it says what is missing, serves, and leaves nothing running."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from localcare.cli import serve
from localcare.cli.output import CannotRun
from localcare.design import frontend

SOURCE = Path(serve.__file__).parents[2]


def start(data: Path, *options: str) -> subprocess.Popen:
    environment = {**os.environ, "LOCALCARE_DATA": str(data), "PYTHONPATH": str(SOURCE), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "localcare.cli", "serve", "--json", "--workers", "1", *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answer(address: str, patience: int = 300) -> tuple[int, str]:
    """The answer of a server that may still be starting: asked again while nobody listens."""
    for _ in range(patience):
        try:
            with urllib.request.urlopen(address, timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.URLError:
            threading.Event().wait(0.1)
    raise AssertionError(f"nobody answers at {address}")


def test_an_empty_store_is_refused_with_what_to_do(tmp_path):
    server = start(tmp_path, "--port", str(free_port()))
    _, said = server.communicate(timeout=60)
    assert server.returncode == 2
    assert "localcare serve --migrate" in said


def test_a_demo_left_half_built_is_refused_with_what_to_do(tmp_path, settings):
    settings.DATA, settings.MODE = tmp_path, "demo"
    (tmp_path / "demo.json").write_text('{"complete": false}')
    with pytest.raises(CannotRun, match="localcare demo"):
        serve.check_demo()


def test_a_taken_port_is_refused_with_what_to_do():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CannotRun, match="another --port"):
            serve.check_free("127.0.0.1", other.getsockname()[1])


def test_it_serves_pages_and_style_sheets_and_stops_as_a_whole(tmp_path):
    if not frontend.PACKAGES.exists():
        pytest.skip("the npm packages are not installed")
    server = start(tmp_path, "--port", str(free_port()), "--migrate")
    try:
        address = json.loads("".join(server.stdout.readline() for _ in range(3)))["address"]
        assert answer(f"{address}healthz") == (200, "ok")
        status, page = answer(f"{address}account/login/")
        assert status == 200
        style = next(line for line in page.splitlines() if "vendor/nhsuk-frontend." in line).split('href="/')[1]
        assert answer(address + style.split('"')[0])[0] == 200
        children = children_of(server.pid)
        assert len(children) == 2
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)
    assert server.returncode == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_when_one_part_ends_the_other_is_stopped():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        with pytest.raises(CannotRun, match="stopped by itself"):
            serve.run_together(
                [sys.executable, "-c", "pass"], [sys.executable, "-c", "import threading; threading.Event().wait()"]
            )
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)
