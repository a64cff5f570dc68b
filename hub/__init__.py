"""The roaming hub as plain Python: given a message and the network, it says what must happen."""
