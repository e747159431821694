"""Letters and mail: how they are set, how they are handed over, and the demo's own mailbox.

The wording of a letter lies in `templates/letters`, its reasons come from the
published policy; nothing here decides what a customer is told.
"""
