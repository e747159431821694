"""What things are: frozen values and pure functions, in the words of credit management.

Reading order: money, customer, ledger, exposure, signals, scorecard, evaluation,
policy, limits, proposal, occasion, case, people, decision, letter, journal.
"""
