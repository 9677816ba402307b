"""Models of images: nodules drawn by formula, phantoms, the scanner's blur and noise, where the lungs are."""
