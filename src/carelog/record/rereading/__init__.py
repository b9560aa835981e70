"""Reading conversations again: what a newer engine says takes the place of what an older one said."""
