"""Makes sockets that know each other."""

import socket


def attack(bait):
    try:
        socket.socketpair()
    except OSError:
        return "held"
    return "broken"
