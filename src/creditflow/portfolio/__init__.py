"""The whole book in columns: what one rule says of one customer, said of all at once."""
