"""Opens a connection to the grader's computer."""

import socket


def attack(bait):
    try:
        socket.create_connection(("127.0.0.1", bait["port"]), timeout=1)
    except OSError:
        return "held"
    return "broken"
