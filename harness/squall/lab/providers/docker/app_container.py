"""The app under test in a container: the reference app's image, or any image by name."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker.errors import BuildError, ImageNotFound
from testcontainers.core.docker_client import DockerClient

from squall.core.errors import AppFailed, LabError, UsageError
from squall.lab import readiness
from squall.lab.app_resources import HeldResources
from squall.lab.endpoint import free_port
from squall.lab.providers.docker.container import Container
from squall.lab.providers.docker.container_factory import LOOPBACK, ContainerFactory, ContainerSpec
from squall.lab.providers.docker.docker_client import BROKEN
from squall.lab.supervisor import SupervisedApp
from squall.lab.termination import Termination

SCHEME = "docker:"
"""A target with this prefix names an image."""

REFERENCE = "squall_reference.main:create_app"
REFERENCE_IMAGE = "squall-orders:0.1.0"
DOCKERFILE = "containers/app/Dockerfile"
ALIAS = "app"
START_SECONDS = 30.0
GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An app as an image."""

    name: str
    port: int
    """The port on which it listens inside the container."""
    files: Mapping[str, bytes | Path] = field(default_factory=dict)


def image_of(client: DockerClient, target: str) -> Image:
    """The image of a target.

    Raises:
        UsageError: the target does not name an image.
        LabError: the image does not exist here, and cannot be pulled or built.
    """
    if target.startswith(SCHEME):
        name = target.removeprefix(SCHEME)
        return Image(name=name, port=_exposed(client, name))
    if target == REFERENCE:
        _ensure(client)
        port = _exposed(client, REFERENCE_IMAGE)
        return Image(name=REFERENCE_IMAGE, port=port, files={"/app": _package()})
    raise UsageError(
        f"{target}: the docker provider runs images; name one (--app docker:IMAGE), or leave"
        " the app a process (--provider process)"
    )


def _package() -> Path:
    """The reference app's current code. The image may be older; it supplies the libraries.

    Found by path, not imported: the harness imports no app.
    """
    spec = importlib.util.find_spec(REFERENCE.partition(".")[0])
    if spec is None or spec.origin is None:
        raise LabError("the reference app is not installed; name an image: --app docker:IMAGE")
    return Path(spec.origin).parent


def _ensure(client: DockerClient) -> None:
    """Build the reference app's image from its Dockerfile, unless it exists."""
    try:
        client.client.images.get(REFERENCE_IMAGE)
    except ImageNotFound:
        root = _package().parents[1]
        if not (root / DOCKERFILE).exists():
            raise LabError(
                f"the image {REFERENCE_IMAGE} is built in Squall's source tree:\n"
                f"  docker build --file {DOCKERFILE} --tag {REFERENCE_IMAGE} ."
            ) from None
        try:
            client.build(str(root), tag=REFERENCE_IMAGE, dockerfile=DOCKERFILE)
        except (*BROKEN, BuildError) as error:
            raise LabError(f"{REFERENCE_IMAGE} could not be built: {error}") from error


def _exposed(client: DockerClient, image: str) -> int:
    """The first port that the image exposes."""
    try:
        try:
            found = client.client.images.get(image)
        except ImageNotFound:
            found = client.client.images.pull(image)
    except BROKEN as error:
        raise LabError(f"there is no image {image}: {error}\n  see: docker pull {image}") from error
    ports = sorted(
        int(text.partition("/")[0]) for text in found.attrs["Config"]["ExposedPorts"] or ()
    )
    if not ports:
        raise LabError(
            f"the image {image} exposes no port; add a line to its Dockerfile: EXPOSE 8000"
        )
    return ports[0]


class AppContainer(SupervisedApp):
    """One container of the app; implements ``squall_faults.ports.AppControl``."""

    def __init__(self, box: Container, port: int, ready_path: str) -> None:
        super().__init__()
        self.host = LOOPBACK
        self.port = port
        self._box = box
        self._ready_path = ready_path

    @classmethod
    def new(
        cls,
        directory: Path,
        yard: ContainerFactory,
        image: Image,
        environment: Mapping[str, str],
        ready_path: str,
    ) -> AppContainer:
        """The image in a container that is not created yet."""
        port = free_port()
        recipe = ContainerSpec(
            image=image.name,
            alias=ALIAS,
            ports={image.port: port},
            environment=environment,
            files=image.files,
        )

        def make() -> Any:  # noqa: ANN401 - docker ships no types
            return yard.make(recipe)

        return cls(Container("the app (docker)", directory / "app.log", make), port, ready_path)

    @property
    def log_path(self) -> Path:
        """Everything that the app printed."""
        return self._box.log_path

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._box.exit_code

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._box.running

    @property
    def processor_awaited(self) -> float | None:
        """Seconds for which its processes were ready to run and waited for a CPU; None if
        unknown.
        """
        return self._box.processor_awaited

    def pids(self) -> tuple[int, ...]:
        """None: they are not processes of this machine."""
        return ()

    def held_resources(self) -> HeldResources | None:
        """Not known: it belongs to another namespace."""
        return None

    async def start(self) -> None:
        """Start it. Returns when ``ready_path`` answers with success.

        Raises:
            AppFailed: it died or did not become ready; the message has its last log lines.
        """
        await self._box.start()
        if (
            not await readiness.wait_until(self._ready_or_dead, START_SECONDS)
            or not self._box.running
        ):
            code = self.exit_code
            state = f"ended with exit code {code}" if code is not None else "did not get ready"
            raise AppFailed(
                f"{self._box.name} {state} (asked GET {self._ready_path}); its last words:\n"
                f"{self._box.tail()}"
            )

    async def _ready_or_dead(self) -> bool:
        if not self._box.running:
            return True
        return await readiness.answers_http(self.host, self.port, self._ready_path)

    async def crash(self) -> None:
        """SIGKILL it."""
        await self.goes_down()
        await self._box.kill()

    async def terminate(self) -> int:
        """SIGTERM, a grace period, then SIGKILL. Returns the exit code, 128 + n for signal n."""
        await self.goes_down()
        started = time.monotonic()
        await self._box.stop("SIGTERM", GRACE_SECONDS)
        code = self.exit_code or 0
        self.terminations.append(Termination(code, time.monotonic() - started))
        return code

    async def pause(self) -> int:
        """Freeze it. Returns the number of its processes."""
        await self.goes_down()
        return await self._box.pause()

    async def resume(self) -> None:
        """Thaw it."""
        await self._box.resume()
        self.meant_to_be_down = False

    async def answers(self) -> bool:
        """Whether it answers at all, with any status."""
        return await readiness.http_status(self.host, self.port, self._ready_path) is not None

    async def close(self) -> None:
        """Remove it."""
        await self.leave_down()
        await self._box.close()
