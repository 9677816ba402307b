"""What a treatment does, from people who had it and people who had not: who would have had it, how each would fare, and limits that hold."""
