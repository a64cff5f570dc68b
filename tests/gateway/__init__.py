"""The gateway from outside: real platforms, real HTTP."""
