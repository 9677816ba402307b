"""Word books every kind and every writer shares, and the points that several kinds of document make alike."""
