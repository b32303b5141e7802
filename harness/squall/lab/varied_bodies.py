"""Bodies of a POST that differ from request to request, as far as the app accepts that in calm.

{"payer": 1, "payee": 1}        accepted three times, as any operation of the load
{"payer": 2, "payee": 3} …      accepted eight times ──▶ the load sends such bodies
                                refused once ──▶ fewer places differ, or none
"""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from squall.lab.trial import Trial, TrialResult
from squall.lab.variants import try_variants
from squall.workload.openapi.derive import Candidate
from squall.workload.openapi.document import ApiDocument
from squall.workload.openapi.media import body_schema
from squall.workload.openapi.values import Harvest
from squall.workload.openapi.varied import SPAN, Variation, Varying, vary
from squall.workload.operations import Operation

PROBES = 8
FEW_PROBES = 4
MOST_GROUPS = 6
SLOW_SECONDS = 0.2
"""What takes longer is not asked for so often."""
OF_THE_BODY = (400, 409, 422)
"""Statuses by which a body may be refused because it names one thing twice."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Bodies:
    trial: Trial
    document: ApiDocument
    candidate: Candidate
    harvest: Harvest

    def of(self, body: Any, span: int) -> Sequence[Variation]:  # noqa: ANN401 - JSON
        """What may differ in a body."""
        path = self.candidate.described.path
        varying = Varying(
            document=self.document.raw,
            known=lambda name: self.harvest.values(path, name),
            span=span,
            references_only="{" in path,
        )
        return varying.of(body_schema(self.candidate.described)[1], body)

    async def varied(self, operation: Operation, body: Any) -> Any:  # noqa: ANN401 - JSON
        """The body with all that the app accepts when it differs."""
        tried: list[Any] = []
        for span in (SPAN, SPAN - 1):
            whole = vary(body, self.of(body, span))
            if whole != body and whole not in tried:
                tried.append(whole)
                if await self.accepts(operation, whole, PROBES):
                    return whole
        groups = self.of(body, SPAN)[:MOST_GROUPS] if tried else ()
        kept = [
            one for one in groups
            if len(groups) > 1 and await self.accepts(operation, vary(body, [one]), FEW_PROBES)
        ]  # fmt: skip
        rest = vary(body, kept)
        return rest if kept and await self.accepts(operation, rest, PROBES) else body

    async def accepts(self, operation: Operation, body: Any, times: int) -> bool:  # noqa: ANN401 - JSON
        """Whether each of some requests with such bodies is answered with success."""
        with_body = dataclasses.replace(operation, bodies=(body,))
        for request in self.trial.drawn(with_body, times):
            if (await self.trial.probe(with_body, request)).reason:
                return False
        return True

    def of_two_things(self, bodies: Sequence[Any]) -> Iterator[Any]:
        """Bodies whose values are those of two things, where all were those of one."""
        for body, span in itertools.product(bodies[:2], (SPAN, SPAN - 1)):
            several = [one for one in self.of(body, span) if one.is_of_several]
            if several:
                yield vary(body, several)


async def try_with_varied_bodies(
    trial: Trial, document: ApiDocument, candidate: Candidate, operation: Operation,
    harvest: Harvest, until: float,
) -> tuple[Operation, TrialResult]:  # fmt: skip
    """The operation as :func:`try_variants` finds it, with bodies that differ if it is a POST.

    ``until``: monotonic time from which on operations of a large app have no time for that.
    """
    tried, result = await try_variants(trial, operation)
    bodies = [one for one in operation.bodies if isinstance(one, Mapping)]
    late = time.monotonic() > until
    if operation.method != "POST" or not bodies or not candidate.described.body or late:
        return tried, result
    made = _Bodies(trial, document, candidate, harvest)
    if result.reason:
        if result.status in OF_THE_BODY and "{" not in operation.path:
            for body in made.of_two_things(bodies):
                if await made.accepts(operation, body, PROBES):
                    tried = dataclasses.replace(operation, bodies=(body,))
                    return tried, await trial.ask(tried)
        return tried, result
    if result.wait_seconds or result.streams or (result.seconds or 0.0) > SLOW_SECONDS:
        return tried, result
    varied = tuple([await made.varied(tried, body) for body in tried.bodies])
    if varied == tried.bodies:
        return tried, result
    return dataclasses.replace(tried, bodies=varied, plain_bodies=tried.bodies), result
