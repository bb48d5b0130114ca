"""What the labels show: how far coders agree, and what they settle on."""
