"""One folder per question; each writes result.json, and the README's table is made from them."""
