"""`localcare serve`: the web server and the worker of background tasks, side by side until Ctrl-C."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from localcare.cli import output, store

STOP_WITHIN_SECONDS = 15


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("serve", help="web server and worker, until Ctrl-C")
    add_address(parser)
    parser.add_argument("--migrate", action="store_true", help="bring the care store up to date first")
    parser.set_defaults(run=run)


def add_address(parser) -> None:
    """Where a server listens."""
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1), help="web server processes")
    parser.add_argument("--json", action="store_true", help="print the address as JSON")


def run(arguments) -> int:
    check_demo()
    check_store(migrate=arguments.migrate)
    check_free(arguments.host, arguments.port)
    collect_static()
    address = f"http://{arguments.host}:{arguments.port}/"
    if arguments.json:
        output.print_json({"address": address})
    else:
        output.console.print(f"Localcare is at {address} (Ctrl-C stops it)")
    sys.stdout.flush()
    run_together(web_server(arguments.host, arguments.port, arguments.workers), background_worker())
    return 0


def check_demo() -> None:
    """No demo was left half built. Raises CannotRun with what to do."""
    from django.conf import settings

    from localcare.accounts import demo

    if demo.logins().get("complete") is False:
        raise output.CannotRun(f"The demo in {settings.DATA} was not finished. Build it again: localcare demo")


def check_store(*, migrate: bool, otherwise: str = store.OTHERWISE) -> None:
    """The care store answers and has every migration. Raises CannotRun with what to do: `otherwise`."""
    from django.core.management import call_command
    from django.db import OperationalError, connection

    try:
        if migrate:
            call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise output.CannotRun(f"The care store does not answer. Check DATABASE_URL. ({error})") from error
    finally:
        connection.close()
    store.check_up_to_date(otherwise)


def check_free(host: str, port: int) -> None:
    """Nobody listens there yet. Raises CannotRun with what to do."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise output.CannotRun(
                f"Cannot listen at {host}:{port} ({error.strerror}). Choose another --port."
            ) from error


def collect_static() -> None:
    """Collect style sheets and scripts under names made from their content, unless nothing changed since."""
    from django.conf import settings
    from django.core.management import call_command

    from localcare.design import frontend

    try:
        frontend.build()
    except frontend.NotInstalled as error:
        raise output.CannotRun(str(error)) from error
    mark = settings.STATIC_ROOT / "collected"
    wanted = static_fingerprint()
    if not mark.exists() or mark.read_text("utf-8") != wanted:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        mark.write_text(wanted, "utf-8")


def static_fingerprint() -> str:
    """A hash of every static file's name and content."""
    from django.contrib.staticfiles.finders import get_finders

    found = {name: storage for finder in get_finders() for name, storage in finder.list([])}
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(name.encode())
        with found[name].open(name) as file:
            digest.update(file.read())
    return digest.hexdigest()


def web_server(host: str, port: int, workers: int) -> list[str]:
    # One blocking thread a worker: measured 139 pages a second on two workers against 52 with the default.
    options = ["--interface", "wsgi", "--blocking-threads", "1", "--no-ws", "--log-level", "warning"]
    where = ["--host", host, "--port", str(port), "--workers", str(workers)]
    return [sys.executable, "-m", "granian", *options, *where, "localcare.config.wsgi:application"]


def background_worker() -> list[str]:
    return [sys.executable, "-m", "django", "db_worker", "--interval", "1"]


def run_together(*commands: Sequence[str], until: Callable[[], bool] = lambda: False) -> bool:
    """Run commands side by side until we are told to stop, or one of them ends: then all end.

    Also when `until` holds; whether we were told to stop. Raises CannotRun where one ended by itself.
    """
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    # Sessions of their own: Ctrl-C reaches only us, and we stop each once.
    children = [subprocess.Popen(command, start_new_session=True) for command in commands]
    try:
        while not told.wait(0.5) and all(child.poll() is None for child in children) and not until():
            pass
        enough = told.is_set() or until()
    finally:
        for child in children:
            child.terminate()
        for child in children:
            _wait_or_kill(child)
    if not enough:
        raise output.CannotRun("A part of Localcare stopped by itself; the lines above say why.")
    return told.is_set()


def _wait_or_kill(child: subprocess.Popen) -> None:
    try:
        child.wait(STOP_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
