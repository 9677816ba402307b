"""Tables of people as matrices: what may be learnt from, how columns become numbers, how what was learnt is kept as plain data."""
