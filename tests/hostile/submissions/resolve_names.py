"""Sends a message by asking for the address of a computer."""

import socket


def attack(bait):
    try:
        socket.getaddrinfo("answer.example.com", 80)
    except OSError:
        return "held"
    return "broken"
