"""Use cases that no person has to approve: evaluate, propose, apply, tell, review, carry on."""
