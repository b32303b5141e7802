"""Squall's own gates, in the order of reports and of the reference page."""

from __future__ import annotations

from squall.gates.acknowledged_before_commit import AcknowledgedBeforeCommit
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.gates.answered_in_time import AnsweredInTime
from squall.gates.app_survived import AppSurvived
from squall.gates.availability import Availability
from squall.gates.background_sessions_return import BackgroundSessionsReturn
from squall.gates.capacity_returns import CapacityReturns
from squall.gates.connection_leaks import ConnectionLeaks
from squall.gates.ends_when_told import EndsWhenTold
from squall.gates.error_contract import ErrorContract
from squall.gates.fails_fast import FailsFast
from squall.gates.finishes_requests import FinishesRequests
from squall.gates.health_probes import HealthProbes
from squall.gates.invariants import Invariants
from squall.gates.log_clean import LogClean
from squall.gates.no_acknowledged_write_lost import NoAcknowledgedWriteLost
from squall.gates.no_duplicate import NoDuplicate
from squall.gates.no_secret_disclosed import NoSecretDisclosed
from squall.gates.one_effect import OneEffect
from squall.gates.read_your_writes import ReadYourWrites
from squall.gates.recovery_time import RecoveryTime
from squall.gates.refused_write_absent import RefusedWriteAbsent
from squall.gates.repeats_agree import RepeatsAgree
from squall.gates.resources_return import ResourcesReturn
from squall.gates.response_time import ResponseTime
from squall.gates.retry_storm import RetryStorm
from squall.gates.second_copy_starts import SecondCopyStarts
from squall.gates.session_leftovers import SessionLeftovers
from squall.gates.upstream_retry_storm import UpstreamRetryStorm
from squall.gates.validity.control_arm import ControlArm
from squall.gates.validity.database_used import DatabaseUsed
from squall.gates.validity.enough_operations import EnoughOperations
from squall.gates.validity.every_operation_recorded import EveryOperationRecorded
from squall.gates.validity.faults_bit import FaultsBit
from squall.gates.validity.generator_kept_up import GeneratorKeptUp
from squall.gates.validity.load_as_planned import LoadAsPlanned
from squall.gates.validity.steady_state import SteadyState
from squall.gates.validity.times_in_order import TimesInOrder
from squall.gates.work_is_done import WorkIsDone

STANDARD: tuple[type, ...] = (
    ErrorContract,
    AnsweredInTime,
    FailsFast,
    ResponseTime,
    Availability,
    RecoveryTime,
    ConnectionLeaks,
    NoAcknowledgedWriteLost,
    AcknowledgedBeforeCommit,
    NoDuplicate,
    OneEffect,
    RepeatsAgree,
    RefusedWriteAbsent,
    Invariants,
    ReadYourWrites,
    WorkIsDone,
    AnswerUnlikeCalm,
    RetryStorm,
    UpstreamRetryStorm,
    HealthProbes,
    LogClean,
    AppSurvived,
    EndsWhenTold,
    FinishesRequests,
    SecondCopyStarts,
    SessionLeftovers,
    BackgroundSessionsReturn,
    ResourcesReturn,
    NoSecretDisclosed,
)
"""Every scenario has all of them, with these defaults."""

NAMED: tuple[type, ...] = (CapacityReturns,)
"""Squall's own gates of the scenarios that name them."""

VALIDITY: tuple[type, ...] = (
    SteadyState,
    FaultsBit,
    EnoughOperations,
    GeneratorKeptUp,
    EveryOperationRecorded,
    LoadAsPlanned,
    TimesInOrder,
    DatabaseUsed,
    ControlArm,
)
"""Gates on the run itself, which no scenario can switch off."""
