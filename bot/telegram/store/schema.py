"""The tables of `telegram.sqlite3`: what was asked on Telegram and not yet answered, what was answered, and how it was sent.

Every row that belongs to somebody names them, so that `/forget` and the retention find it. Times are seconds since the epoch.
"""

from vectorstore.database import Schema

IS_WAITING = "EXISTS (SELECT 1 FROM inbox WHERE (inbox.update_id = {number} OR inbox.key = -{number}) AND inbox.state = 'waiting')"
"""Whether an update is still to be done, by its number in the outbox: Telegram's, or ours below zero."""

TELEGRAM = Schema(
    "the Telegram store",
    0x6B747467,  # "kttg"
    (
        # From version 0, an empty file, to version 1. The next version's statements come after these; published ones never change.
        (
            # Updates in the order in which they came. What is done keeps its number alone, so that it is not taken in twice.
            """CREATE TABLE inbox (
                key INTEGER PRIMARY KEY AUTOINCREMENT,
                update_id INTEGER UNIQUE,        -- Telegram's; NULL where what came has none
                lane TEXT NOT NULL,              -- what is worked through in order
                state TEXT NOT NULL,             -- waiting, done or quarantined
                received REAL NOT NULL,
                chat INTEGER,
                user INTEGER,
                raw BLOB,                        -- JSON, as it came; NULL once done
                begun INTEGER NOT NULL DEFAULT 0,   -- times that work on it began and did not come to an end
                failed INTEGER NOT NULL DEFAULT 0   -- times that work on it raised an error
            )""",
            "CREATE INDEX inbox_by_state ON inbox (state, key)",
            # What was answered: for follow-ups, buttons and feedback.
            """CREATE TABLE answers (
                key INTEGER PRIMARY KEY AUTOINCREMENT,
                token TEXT NOT NULL UNIQUE,      -- names it in buttons
                update_id INTEGER UNIQUE,        -- of the question
                chat INTEGER NOT NULL,
                thread INTEGER NOT NULL,         -- the topic; 0 for none
                user INTEGER NOT NULL,
                question_message INTEGER,        -- Telegram's number of the message with the question
                parent INTEGER,                  -- the answer that it goes on from
                asked REAL NOT NULL,
                question TEXT NOT NULL,
                language TEXT NOT NULL,
                status TEXT NOT NULL,
                text TEXT NOT NULL,
                writer TEXT NOT NULL,
                confidence REAL NOT NULL,
                citations TEXT NOT NULL,         -- JSON: number, article, start, end, proven, quote's SHA-256
                feedback INTEGER                 -- 1 for a thumb up, -1 for down
            )""",
            "CREATE INDEX answers_by_user ON answers (user)",
            "CREATE INDEX answers_by_asked ON answers (asked)",
            "CREATE INDEX answers_by_question ON answers (chat, question_message)",
            "CREATE INDEX answers_by_parent ON answers (parent)",
            # What is to be sent for an update, before it is; and what was sent, so that it is not sent again.
            """CREATE TABLE outbox (
                update_id INTEGER NOT NULL,
                part INTEGER NOT NULL,
                state TEXT NOT NULL,             -- preview, ready, sending, sent or dropped
                chat INTEGER NOT NULL,
                thread INTEGER NOT NULL,
                user INTEGER,
                answer INTEGER REFERENCES answers ON DELETE CASCADE,
                message INTEGER,                 -- Telegram's number: of what was sent, or of what is to be edited
                payload TEXT,                    -- JSON: text, entities, keyboard, what it replies to; NULL once sent
                written REAL NOT NULL,
                PRIMARY KEY (update_id, part)
            ) WITHOUT ROWID""",
            "CREATE INDEX outbox_by_message ON outbox (chat, message)",
            "CREATE INDEX outbox_by_answer ON outbox (answer)",
            # Where each conversation stands: the last answer, from which a follow-up goes on.
            """CREATE TABLE conversations (
                chat INTEGER NOT NULL,
                thread INTEGER NOT NULL,
                user INTEGER NOT NULL,
                answer INTEGER NOT NULL REFERENCES answers ON DELETE CASCADE,
                PRIMARY KEY (chat, thread, user)
            ) WITHOUT ROWID""",
            "CREATE INDEX conversations_by_answer ON conversations (answer)",
            # What people have chosen.
            "CREATE TABLE people (user INTEGER PRIMARY KEY, language TEXT NOT NULL, seen REAL NOT NULL)",
            # What was asked in a day, by a hash of the user's number: it outlives /forget, so that limits do, and is gone two days later.
            """CREATE TABLE counts (
                who TEXT NOT NULL,
                day TEXT NOT NULL,
                questions INTEGER NOT NULL,
                tokens INTEGER NOT NULL,
                dollars REAL NOT NULL,
                PRIMARY KEY (who, day)
            ) WITHOUT ROWID""",
            # Places in articles that links to the bot lead to.
            """CREATE TABLE places (
                token TEXT PRIMARY KEY,
                article TEXT NOT NULL,
                start INTEGER NOT NULL,
                "end" INTEGER NOT NULL,
                quote BLOB NOT NULL              -- SHA-256 of what stood there
            ) WITHOUT ROWID""",
            # One value a name, such as what hashes are salted with.
            "CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
        ),
    ),
    "restore it from a backup; or move it away, with conversations, thumbs and settings of users, and no article",
)
