"""creditflow: credit limits for business customers, from the ledger to the letter.

It evaluates customers, proposes limits, lets people decide what people must
decide, applies what they decided, and writes the customer a letter about it.
"""

__version__ = "0.1.0"
