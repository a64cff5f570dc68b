"""Who may log in, and how: second factor, lockout, sessions, trusted proxies, API tokens."""
