"""A learnt model made fit to speak of one person: calibrated, with an interval, with what moved it and what would change it, silent where it must be."""
