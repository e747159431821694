"""The human part: who has to decide, who may, and how a verdict becomes a decision.

A proposal within the policy's bounds is decided by the policy. Any other waits
at a desk, as a review task, until somebody whose mandate covers it has said
approve, approve with another amount, return or reject. `deciding` is the only
door through which a decision gets in.
"""
