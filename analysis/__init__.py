"""What the labels show: how far coders agree."""
