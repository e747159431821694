"""Prefect carries the work and shows it; this package knows how to talk to it, and decides nothing.

`prefect` and `inline` are the two adapters for the port `Runs` and load no Prefect.
`server` and `deploying` set an embedded installation up. `warm_worker`, `warm_child`
and `sweeping` execute runs in processes that have everything imported.
"""
