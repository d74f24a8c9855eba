"""The steps of a change to the archive are logged below `DEBUG`: they tell operators nothing, but a test kills a writer after each."""

STEP = 5
