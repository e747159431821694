"""A task here is one use case with its patience: how often to try again, and for how long.

It takes the id of a case and nothing else, so Prefect never holds anything
about a customer. Every task looks at the case first: running it twice does no
more than running it once.
"""
