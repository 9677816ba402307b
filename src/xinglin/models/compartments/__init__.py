"""Drug amounts in a body of one, two or three compartments: exact courses, and a slow solver to hold them against."""
