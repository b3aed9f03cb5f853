"""Lanes: trusted processes that work in parallel, each on a core of its own, with a launcher that stays warm.

What a lane does is its `serve`: it takes tasks, and hands over a result for each. So pytest can be started, and hidden
tests be collected, once per lane. Tasks and results are plain data that go through a pipe between trusted processes;
student data in them has been decoded and doubted before.

A lane may end at any moment, by the hand of an operator or for want of memory. Its task is then done again, in a lane
that is started anew; only a task that ends two lanes is given up.
"""

from grader.lanes.lane import Lane, LaneEndedError, Serve, Task, serve_pipe, settle
from grader.lanes.pool import MOST_LOSSES_IN_A_ROW, Lanes, Lost, Pool, usable_cores

__all__ = [
    "MOST_LOSSES_IN_A_ROW",
    "Lane",
    "LaneEndedError",
    "Lanes",
    "Lost",
    "Pool",
    "Serve",
    "Task",
    "serve_pipe",
    "settle",
    "usable_cores",
]
