"""A chest CT looked through for candidates: lungs on an even grid, boxes of it shown to a network, peaks of what it says. numpy and scipy alone."""
