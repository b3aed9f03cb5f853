"""Changes the settings of the kernel."""

import os


def attack(bait):
    for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/proc/self/oom_score_adj"):
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError:
            continue
        return f"broken: {path}"
    return "held"
