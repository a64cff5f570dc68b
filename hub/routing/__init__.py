"""What the hub does with one message: who may send it, where it goes, what it becomes."""
