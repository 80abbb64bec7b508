"""``python -m lbvedit`` is the command ``lbvedit``."""

from lbvedit.cli.app import main

if __name__ == "__main__":
    main()
