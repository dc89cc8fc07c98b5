"""The right of one process to send for a workspace, for a while."""

from dataclasses import dataclass
from datetime import timedelta

LONGEST_LEASE = timedelta(seconds=15)  # two renewals may fail before, and a successor is still in time
"""Long enough for two renewals to fail before it is lost, short enough for a successor to be in time."""


@dataclass(frozen=True, slots=True)
class Lease:
    """`owner` names the process, `term` is greater than that of every lease of the workspace before it."""

    workspace_id: str
    owner: str
    term: int
