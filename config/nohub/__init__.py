"""The database of a command that runs while no hub does: it says so instead of "no such file"."""
