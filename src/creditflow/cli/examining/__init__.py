"""Look at one side of an installation each: the machine, what it keeps, neighbours, the backlog."""
