"""What drug levels of one person say about that person's clearance and volume, and which dose would reach a target: research, never an order."""
