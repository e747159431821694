"""Allocating limits over the whole book: the most expected profit that the budgets allow."""
