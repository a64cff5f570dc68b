"""The documents that tell other software how to talk to the hub."""
