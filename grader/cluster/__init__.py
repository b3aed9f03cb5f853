"""Lanes on the workers of a Dask cluster, in the place of lanes on this machine.

::

    grade batch ── scheduler ──┬ worker (nanny) ── lane ── sandbox     each thread of a worker has a lane,
      gradebook                └ worker (nanny) ── lane ── sandbox     which stays warm from task to task

`client` is the side of the command, `worker` is what a Dask worker keeps, and `lane` is the process that grades. From
the command travel the texts of submissions, the seed, and digests of the course; back come reports, which the trusted
lane made. The course itself is on a disk that every worker sees under the same path, and a lane refuses to work if
anything there that decides a report is not what the command has.
"""
