"""The store: SQL rows, migrations, one transaction per use case, and what pages read."""
