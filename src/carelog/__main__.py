"""`python -m carelog`: the command line, where its entry point is not on the path."""

from carelog.cli import main

if __name__ == "__main__":
    main()
