"""How illness runs: one folder per disease, each with a card (equations, cited parameters, treatments) and what it cannot say."""
