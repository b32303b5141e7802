"""Before a lab starts: isolate it from the network, and print what runs and how it is protected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from squall.config.init.start_commands import compose_services
from squall.config.interpreter import describe_interpreter
from squall.lab.isolation.protection import enter_namespace, protection
from squall.lab.isolation.usual_ports import hosts_lines
from squall.lab.isolation.written_files import take_snapshot, written_line
from squall.lab.lab_options import LabOptions

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def isolate(options: LabOptions) -> None:
    """Leave the machine's network, if the lab consists of processes that Squall starts."""
    if options.provider == "process" and options.attach is None:
        enter_namespace(hosts_lines(_service_names(options.profile.cwd)))


def _service_names(directory: Path | None) -> list[str]:
    """The names of the services in a project's compose files, by which an app reaches them."""
    if directory is None:
        return []
    files = [
        file for place in (directory, directory.parent) for file in place.glob("*compose*.y*ml")
    ]
    names = [
        str(known)
        for file in files
        for name, service in compose_services(file).items()
        for known in (name, service.get("container_name", ""), service.get("hostname", ""))
    ]
    return [name for name in names if NAME.fullmatch(name)]


def start_lines(options: LabOptions) -> list[str]:
    """Which protection is active, which interpreter runs an app of a directory, and what to type on
    hosts that send the load.
    """
    if options.load is not None and options.load.hosts:
        return options.load.start_lines()
    if options.provider != "process" or options.attach is not None or options.profile.cwd is None:
        return []
    return [
        f"isolation: {protection().value}",
        f"interpreter: {describe_interpreter(options.profile.python)}",
    ]


@contextmanager
def written_files(
    options: LabOptions, output: Path, say: Callable[[Sequence[str]], None]
) -> Iterator[None]:
    """Report what the app wrote in its own directory, if that is part of a project."""
    directory = options.profile.cwd
    if directory is None or options.attach is not None:
        yield
        return
    before = take_snapshot(directory, output.resolve())
    try:
        yield
    finally:
        if line := written_line(before, take_snapshot(directory, output.resolve())):
            say([line])
