"""Try every operation of a document, in an order in which answers help later operations.

lists ─▶ items ─▶ writes ─▶ again what was refused, with keys of the database and drawn bodies
                         └─▶ deletions of what the writes made
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from squall.config.profile import AppProfile
from squall.history.coverage import OperationProfile
from squall.lab.body_maker import make_bodies
from squall.lab.chains import try_chain
from squall.lab.made_rows import RowSource
from squall.lab.rights import disturbance, lost_rights
from squall.lab.roles import NOBODY, Role, Roles
from squall.lab.row_chains import RowChains
from squall.lab.trial import ENDS_RIGHTS, RATE_LIMITED, RIGHTS, Trial, TrialResult
from squall.lab.variants import NOT_THERE
from squall.lab.varied_bodies import try_with_varied_bodies
from squall.workload.openapi.derive import DELETE, NOT_OURS, Candidate, fill_in, find_candidates
from squall.workload.openapi.document import ApiDocument, CannotGenerate
from squall.workload.openapi.socket_candidates import token_parameters, websocket_candidates
from squall.workload.openapi.values import Harvest, singular
from squall.workload.operations import Operation

FOR_WHAT_IT_NAMES = (400, 403, 404, 409, 410, 422)
NEW_THINGS = 2
LOG_SECONDS = 0.05

KeySource = Callable[[], Awaitable[Sequence[tuple[str, str, str]]]]
"""Table, column and value of keys in the app's database."""


def no_log() -> str:
    """An app without a readable log."""
    return ""


async def no_keys() -> Sequence[tuple[str, str, str]]:
    """An app without a database whose keys may be read."""
    return ()


@dataclass(slots=True)
class OperationSearch:
    """The results of the trial so far."""

    profile: AppProfile
    document: ApiDocument
    trial: Trial
    roles: Roles
    keys: KeySource
    log_problem: Callable[[], str]
    """The new problem in the app's log since the last call."""
    ends: float
    """Monotonic time. Operations not tried by then are left out."""
    made: RowSource | None = None
    """Finds the rows that a request made; None for a database that is not the lab's."""
    harvest: Harvest = field(default_factory=Harvest)
    good: list[tuple[str, Operation]] = field(default_factory=list)
    """Paths as in the document, and the operations for the load."""
    profiles: dict[str, OperationProfile] = field(default_factory=dict)
    _refused: dict[str, TrialResult] = field(default_factory=dict)
    _rows: RowChains | None = field(init=False, default=None)
    _vary_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._vary_until = (time.monotonic() + self.ends) / 2
        if self.made is not None:
            self._rows = RowChains(self.trial, self.document, self.made, self.roles.client_of)

    async def try_all(self) -> None:
        """Try each operation, and refused ones a second time with everything that was learned."""
        writes = self.profile.writes
        bodies = await make_bodies(self.document, self.trial.seed) if writes else {}
        candidates, left_out = find_candidates(self.document, writes=writes, bodies=bodies)
        for title, reason in left_out.items():
            self._leave_out(title, reason)
        await self.trial.measure_idle()
        candidates = [self.roles.as_user(one, self.profile) for one in candidates]
        candidates.sort(key=disturbance)
        deletions = [one for one in candidates if one.described.method == DELETE]
        others = [one for one in candidates if one.described.method != DELETE]
        for candidate in others:
            await self._try(candidate)
        await self._try_again([one for one in others if one.title in self._refused])
        for candidate in websocket_candidates(self.profile.websockets, writes=writes):
            await self._try(candidate)
        once = [one for one in others if self._may_follow(one)]
        for candidate in (*once, *deletions):
            await self._try_chain(candidate)

    async def _try_again(self, refused: list[Candidate]) -> None:
        """Try refused operations again: answers and rows that came since then may help."""
        if not refused:
            return
        for table, column, value in await self.keys():
            self.harvest.add(singular(table), column, value)
        await self._make_anew()
        wanted = [one.title for one in refused if one.bodies and self._body_was_refused(one.title)]
        drawn = await make_bodies(self.document, self.trial.seed, wanted) if wanted else {}
        for candidate in refused:
            bodies = drawn.get(candidate.title)
            if isinstance(bodies, tuple):
                candidate = dataclasses.replace(candidate, bodies=(*candidate.bodies[:1], *bodies))  # noqa: PLW2901
            await self._try(candidate)

    def _may_follow(self, candidate: Candidate) -> bool:
        """Whether it was refused for the item that it names, and may be tried on a new one."""
        refused = self._refused.get(candidate.title)
        left_out = not self.profiles[candidate.title].asked
        tells = refused and (refused.unfilled or refused.status in FOR_WHAT_IT_NAMES)
        return candidate.is_item and left_out and bool(tells)

    async def _make_anew(self) -> None:
        """Create items again: other writes may have removed the first ones."""
        self.harvest.newest_first = True
        for path, maker in self.good:
            if maker.method == "POST" and not maker.least_interval_seconds:
                self.trial.client = self.roles.client_of(maker)
                for request in self.trial.drawn(maker, NEW_THINGS):
                    for text in (await self.trial.probe(maker, request)).texts:
                        self.harvest.read(path, text)

    def _body_was_refused(self, title: str) -> bool:
        status = self._refused[title].status
        return status is not None and status not in (*NOT_THERE, *RIGHTS, RATE_LIMITED)

    async def _try(self, candidate: Candidate) -> None:
        if time.monotonic() > self.ends:
            self._leave_out(candidate.title, "not tried: discovery took too long")
            return
        try:
            operation = fill_in(self.document, candidate, self._given(), self.harvest)
        except CannotGenerate as reason:
            self._refuse(candidate, TrialResult(reason=str(reason), unfilled=True))
            return
        except Exception as error:  # noqa: BLE001 - a document can be odd in any way
            self._leave_out(candidate.title, f"cannot be filled in: {error}"[:200])
            return
        await self._ask(candidate, operation)

    def _given(self) -> Mapping[str, str]:
        """Configured values, and the token for websockets, whose clients set no headers."""
        headers = self.roles.all[0].client.headers
        return {
            **token_parameters(self.profile.websockets, headers),
            **self.profile.parameters,
        }

    async def _ask(self, candidate: Candidate, operation: Operation) -> None:
        """Try it as each role, until one is allowed."""
        self.log_problem()  # existing items belong to other users
        tried, result = operation, TrialResult(status=RIGHTS[0])
        for role in (one for one in self.roles.all if result.status in RIGHTS):
            self.trial.client = role.client
            own, found = await try_with_varied_bodies(
                self.trial, self.document, candidate,
                dataclasses.replace(operation, role=role.name), self.harvest, self._vary_until,
            )  # fmt: skip
            found = await self._keep_rights(role, found, operation.method)
            if role.name != NOBODY or not found.reason:
                tried, result = own, found
        for text in result.texts:
            self.harvest.read(candidate.described.path, text)
        if result.reason:
            self._refuse(candidate, await self.with_exception(result))
        else:
            await self._take(candidate, tried, result)

    async def with_exception(self, result: TrialResult) -> TrialResult:
        """The reason of a 5xx with the exception, which a server may log after its answer."""
        if result.status is None or result.status < 500:  # noqa: PLR2004 - HTTP's 5xx
            return result
        told = self.log_problem()
        if not told:
            await asyncio.sleep(LOG_SECONDS)
            told = self.log_problem()
        reason = f"{result.reason}: {told}" if told else result.reason
        return dataclasses.replace(result, reason=reason)

    async def _keep_rights(self, role: Role, result: TrialResult, method: str) -> TrialResult:
        """The result, or that the operation removed the client's access, which is then renewed."""
        # A logout may work the first time, and fail the second time.
        doubtful = not result.reason or result.status in RIGHTS or method != "GET"
        main = self.roles.all[0]
        trial = dataclasses.replace(self.trial, client=main.client)
        if doubtful and await lost_rights(trial, main, self.profile):
            result, role = TrialResult(reason=ENDS_RIGHTS), main
        self.trial.canary = trial.canary
        if result.reason == ENDS_RIGHTS:
            await role.enter(self.profile)
            self.good = [
                (path, self.roles.login_of(path, one, self.profile)) for path, one in self.good
            ]
        return result

    def _refuse(self, candidate: Candidate, result: TrialResult) -> None:
        if result.reason != ENDS_RIGHTS:
            self._refused[candidate.title] = result
        self._leave_out(candidate.title, result.reason, _effect(candidate))

    def _leave_out(self, title: str, reason: str, effect: str = "") -> None:
        self.profiles[title] = OperationProfile(
            operation=title, name="", effect=effect, reason=reason
        )

    async def _take(self, candidate: Candidate, operation: Operation, result: TrialResult) -> None:
        main = self.trial.client is self.roles.all[0].client
        if self.trial.canary is None and operation.method == "GET" and main:
            self.trial.canary = await self.trial.canary_of(operation)
        operation = dataclasses.replace(
            operation,
            least_interval_seconds=result.wait_seconds,
            streams=result.streams,
            replies=result.replies,
        )
        self.good.append((candidate.described.path, operation))
        self._note(candidate.title, operation, result)

    async def _try_chain(self, candidate: Candidate) -> None:
        self.trial.client = self.roles.all[0].client
        operation, result = await try_chain(
            self.trial, self.document, candidate, self.good, self.roles.client_of
        )
        unnamed = candidate.described.method == DELETE and result.reason == NOT_OURS
        if unnamed and self._rows is not None:
            operation, result = await self._rows.try_candidate(candidate, self.good)
        if operation is None:
            known = self.profiles.get(candidate.title)
            if known is None or candidate.described.method == DELETE:
                self._leave_out(candidate.title, result.reason, _effect(candidate))
            return
        self.good.append((candidate.described.path, operation))
        self._note(candidate.title, operation, result)

    def _note(self, title: str, operation: Operation, result: TrialResult) -> None:
        self.profiles[title] = result.profile_of(operation, title)


def _effect(candidate: Candidate) -> str:
    return "read" if candidate.described.method == "get" else "write"
