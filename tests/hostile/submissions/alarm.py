"""Has the kernel interrupt it all the time."""

import signal


def attack(bait):
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGALRM))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    while True:
        pass
