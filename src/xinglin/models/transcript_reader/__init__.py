"""A note held against the transcript it was written from: a small learnt judge with shown culprits."""
