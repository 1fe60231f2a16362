"""``python -m camrec``."""

from camrec.cli import main

if __name__ == "__main__":
    main()
