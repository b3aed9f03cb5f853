"""Listens on an abstract socket, to talk to other submissions."""

import socket


def attack(bait):
    try:
        socket.socket(socket.AF_UNIX).bind("\0meeting")
    except OSError:
        return "held"
    return "broken"
