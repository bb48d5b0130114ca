"""What the labels show: units to code by hand, how far coders agree, corrected shares, comparisons, the report."""
