"""Sources: each module knows one outside place that facts about customers come from."""
