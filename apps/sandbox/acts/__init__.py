"""The session that the demo plays, act by act."""
