"""One module per command: its options, and what it prints; imported only when the command is called."""
