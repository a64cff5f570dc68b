"""The hub as a client of every Sender interface: pulls on connect, on return, and on a schedule."""
