"""The list of the mutants, read from their files without importing them.

A mutant is the app that ``uvicorn squall_mutants.NAME:create_app --factory`` serves. Its file names
the outages that expose it, and the gates that must catch it there:

    EXPOSED_BY = ("commit-reply-lost",)
    CAUGHT_BY = ("no-duplicate",)

A mutant of a later set has ``SET = "second"`` (or ``"third"`` to ``"fourteenth"``): it runs with
``--set``, or by name. One of ``"services"`` is a copy of the reference app with Redis, a carrier
and a worker; with ``WORKER = True`` its file is the worker, too: ``python -m squall_mutants.NAME``.
Without ``CAUGHT_BY``, which only later sets may leave out, any gate counts. A mutant that cannot
start without its database has ``STARTS_WITHOUT_DATABASE = False``. ``LOAD = "list-items"`` takes
another operation of the reference app into the load, for a mistake that the usual one never meets.
``SERVICES = True`` gives a mutant of another set the services, too.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from squall.config.dependencies import AppWorker
from squall.config.profile import REFERENCE, AppProfile
from squall.config.reference_services import WITH_SERVICES
from squall.core.errors import UsageError
from squall.gates.every_gate import NAMED, STANDARD
from squall.scenario.library import stock
from squall.workload.operations import Operation

from squall_proof.mutants import FIRST, SERVICES, SETS

CONSTANTS = (
    "EXPOSED_BY",
    "CAUGHT_BY",
    "STARTS_WITHOUT_DATABASE",
    "SET",
    "LOAD",
    "WORKER",
    "SERVICES",
)
PACKAGE = "squall_mutants"

LOADS: Mapping[str, Operation] = {
    "list-items": Operation(
        name="list-items", method="GET", path="/items?after={int:0..80}&limit=10", effect="read"
    ),
    "read-stock": Operation(
        name="read-stock", method="GET", path="/items/{int:1..100}/stock", effect="read"
    ),
    "set-stock": Operation(
        name="set-stock", method="PUT", path="/items/{int:1..100}/stock", effect="idempotent-write",
        body={"stock": "{int:1000..9000}"},
    ),
    "set-hot-stock": Operation(
        name="set-stock", method="PUT", path="/items/{int:1..20}/stock", effect="idempotent-write",
        body={"stock": "{int:1000..9000}"},
    ),
    "order-hot-item": Operation(
        name="place-order", method="POST", path="/orders", effect="idempotent-write",
        body={"item_id": "{int:1..10}", "quantity": 1}, headers={"Idempotency-Key": "{key}"},
    ),
    "create-item": Operation(
        name="create-item", method="POST", path="/items", effect="idempotent-write",
        body={"id": "{unique}", "name": "thing", "stock": 5},
        headers={"Idempotency-Key": "{key}"}, read_back="/items/{answer.id}",
    ),
}  # fmt: skip
"""Operations of the reference app that are not in its load; one of them takes a place in it."""
CHECKERS: tuple[str, ...] = tuple(gate.name for gate in (*STANDARD, *NAMED))  # type: ignore[attr-defined]

READY = ("CREATE EXTENSION IF NOT EXISTS plpgsql",)
"""A set-up that changes nothing: the app of a lab with one starts when the database is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A copy of the reference app with one deliberate defect."""

    name: str
    story: str
    """Its docstring: the mistake, the outage, the symptom."""
    exposed_by: tuple[str, ...]
    """Stock outages."""
    caught_by: tuple[str, ...]
    """Gates, each of which must fail under one of the outages; none: any gate."""
    starts_without_database: bool = True
    """Whether it keeps this promise of the reference app."""
    load: str = ""
    """The operation of :data:`LOADS` that it breaks, if that is not in the usual load."""
    has_worker: bool = False
    """Whether its file is the worker, too."""
    uses_services: bool = False
    """Whether it breaks what uses Redis, the carrier or the worker, whatever its set is."""
    set_name: str = FIRST
    """Later sets were listed before their checks were written, and are not all caught."""

    @property
    def title(self) -> str:
        """The defect in one line."""
        return self.story.partition("\n")[0].rstrip(".")

    def base(self) -> AppProfile:
        """The sound app that it is a copy of."""
        return WITH_SERVICES if self.uses_services else REFERENCE

    def profile(self) -> AppProfile:
        """The reference app's contract and load, with the mutant's code."""
        module = f"{PACKAGE}.{self.name}"
        profile = self.base().with_target(f"{module}:create_app", factory=True)
        if self.has_worker:
            worker = AppWorker(name="worker", command=f"python -m {module}")
            profile = dataclasses.replace(profile, processes=(worker,))
        if self.load:
            profile = _with_load(profile, LOADS[self.load])
        if self.starts_without_database:
            return profile
        return dataclasses.replace(profile, setup=READY)


def _with_load(profile: AppProfile, operation: Operation) -> AppProfile:
    """The operation instead of the one of its kind; totals that it changes are not judged."""
    is_read = operation.effect == "read"
    kept = [one for one in profile.operations if (one.effect == "read") != is_read]
    conserved = profile.conserved if is_read else {}
    contract = dataclasses.replace(
        profile.contract, written_keys_declared=is_read, totals_declared=is_read
    )
    return dataclasses.replace(
        profile,
        operations=(operation, *kept),
        conserved=conserved,
        written_keys=profile.written_keys if is_read else None,
        contract=contract,
    )


def gallery() -> list[Mutant]:
    """All mutants, by name.

    Raises:
        UsageError: the package does not exist, or files lack a declaration; all problems.
    """
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise UsageError(
            f"{PACKAGE} cannot be found; install it with: pip install 'squall[reference]'"
        )
    files = sorted(Path(found.submodule_search_locations[0]).glob("[!_]*.py"))
    mutants, problems = [], []
    known = {outage.name for outage in stock()}
    for file in files:
        mutant = read(file.stem, file.read_text("utf-8"))
        problems += [f"{file.name}: {text}" for text in problems_of(mutant, known)]
        mutants.append(mutant)
    if problems:
        raise UsageError("\n".join(problems))
    return mutants


def first_set() -> list[Mutant]:
    """Mutants that must be caught."""
    return of_set(gallery(), FIRST)


def of_set(mutants: Sequence[Mutant], name: str) -> list[Mutant]:
    """The mutants of one set."""
    return [mutant for mutant in mutants if mutant.set_name == name]


def read(name: str, source: str) -> Mutant:
    """The mutant in one file. Missing declarations are empty."""
    tree = ast.parse(source)
    said = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in CONSTANTS
    }
    return Mutant(
        name=name,
        story=ast.get_docstring(tree) or "",
        exposed_by=tuple(said.get("EXPOSED_BY", ())),
        caught_by=tuple(said.get("CAUGHT_BY", ())),
        starts_without_database=bool(said.get("STARTS_WITHOUT_DATABASE", True)),
        set_name=str(said.get("SET", FIRST)),
        load=str(said.get("LOAD", "")),
        has_worker=bool(said.get("WORKER", False)),
        uses_services=bool(said.get("SERVICES", said.get("SET") == SERVICES)),
    )


def problems_of(mutant: Mutant, outages: set[str]) -> list[str]:
    """Missing or unknown declarations."""
    found = [] if mutant.story else ["it has no docstring"]
    for field, words, known in (
        ("EXPOSED_BY", mutant.exposed_by, outages),
        ("CAUGHT_BY", mutant.caught_by, set(CHECKERS)),
    ):
        if not words and (field == "EXPOSED_BY" or mutant.set_name == FIRST):
            found.append(f"it has no {field}")
        found += [
            f"{field} names {word!r}, which is unknown" for word in words if word not in known
        ]
    if mutant.load and mutant.load not in LOADS:
        found.append(f"LOAD names {mutant.load!r}, which is unknown")
    if mutant.set_name not in SETS:
        found.append(f"SET names {mutant.set_name!r}, which is unknown")
    return found


def chosen(mutants: Sequence[Mutant], only: Sequence[str]) -> list[Mutant]:
    """The mutants with these names; all if none is given.

    Raises:
        UsageError: the mutant does not exist.
    """
    names = [mutant.name for mutant in mutants]
    for word in only:
        if word not in names:
            near = difflib.get_close_matches(word, names, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; mutants: {', '.join(names)}"
            raise UsageError(f"--only {word}: there is no such mutant{hint}")
    return [mutant for mutant in mutants if not only or mutant.name in only]
