"""The proof of a written answer, claim by claim, while it is being written.

    chunks → lines → plain text and marks → sentences → claims → bound to sentences of the passages, or marked as unproven

Nothing that a model says is believed: a mark names a passage only as a hint where to look first.
"""
