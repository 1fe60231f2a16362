"""Where the networks come from. Nothing that reads imports this package."""
