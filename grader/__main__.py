"""`python -m grader` is `grade`, for where no console script is on the path."""

from grader.cli import main

if __name__ == "__main__":
    main()
