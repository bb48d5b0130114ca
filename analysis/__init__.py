"""What the labels show: units to code by hand, how far coders agree, and shares corrected for the model's errors."""
