"""Asks the kernel about the network."""

import socket


def attack(bait):
    try:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    except OSError:
        return "held"
    return "broken"
