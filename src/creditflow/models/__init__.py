"""Training: models learned from a company's own history; numpy and scikit-learn live here.

What is learned leaves as open data (domain/learned.py) and is applied without
this package. Needs the extra `creditflow[models]`.
"""
