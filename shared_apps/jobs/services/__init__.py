"""The sole writers of jobs: publishing and scheduling by features, handing over and finishing by the machinery."""

from .handover import hand_over_due, record_beat
from .periodic import PeriodicJob, list_periodic, materialize_periodic, register_periodic
from .running import ClaimedJob, claim_job, complete_job, discard_job, fail_job, postpone_job, record_failure, retry_job
from .scheduling import cancel, enqueue, schedule

__all__ = [
    "ClaimedJob",
    "PeriodicJob",
    "cancel",
    "claim_job",
    "complete_job",
    "discard_job",
    "enqueue",
    "fail_job",
    "hand_over_due",
    "list_periodic",
    "materialize_periodic",
    "postpone_job",
    "record_beat",
    "record_failure",
    "register_periodic",
    "retry_job",
    "schedule",
]
