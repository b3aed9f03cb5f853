"""Reads what the kernel tells of the computer."""

import os


def attack(bait):
    for path in ("/sys/class/net", "/sys/kernel/mm", "/sys/fs/cgroup", "/sys/class/dmi/id", "/proc/cpuinfo", "/proc/net/tcp", "/run",
                 "/var/run/docker.sock", "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/pts", "/dev/tty", "/dev/fuse", "/dev/kvm"):
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK))
        except OSError:
            continue
        return f"broken: {path}"
    return "held"
