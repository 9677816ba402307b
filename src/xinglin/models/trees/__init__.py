"""Sums of decision trees as plain arrays: how they answer, what each feature gave to an answer, and how they are grown."""
