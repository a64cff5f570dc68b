"""The only code that opens a client socket."""
