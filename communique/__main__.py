"""``communique`` and ``python -m communique``."""

from .cli import main

if __name__ == "__main__":
    main()
