-- The school's own database: what an online school keeps about its learners.
-- Runs unchanged on SQLite and PostgreSQL. Money is in fen (1/100 yuan), times are
-- ISO 8601 texts in UTC (2026-03-01T02:00:00Z), so that both engines compare them alike.

CREATE TABLE learners (
  id            TEXT PRIMARY KEY,            -- L00001
  name          TEXT NOT NULL,
  phone         TEXT NOT NULL,               -- 11 digits
  email         TEXT NOT NULL,
  city          TEXT NOT NULL,
  language      TEXT NOT NULL,               -- zh, en
  registered_at TEXT NOT NULL,
  account_state TEXT NOT NULL,               -- active, locked (too many wrong passwords), closed
  last_sign_in  TEXT
);

CREATE TABLE teachers (
  id   TEXT PRIMARY KEY,                     -- T001
  name TEXT NOT NULL
);

CREATE TABLE courses (
  id         TEXT PRIMARY KEY,               -- C001
  title_zh   TEXT NOT NULL,
  title_en   TEXT NOT NULL,
  subject    TEXT NOT NULL,                  -- english, math, programming …
  level      INTEGER NOT NULL,               -- 1 (beginners) to 5
  form       TEXT NOT NULL,                  -- recorded, live
  lessons    INTEGER NOT NULL,               -- how many lessons it has
  price_fen  INTEGER NOT NULL,
  teacher_id TEXT NOT NULL REFERENCES teachers (id)
);

CREATE TABLE lessons (
  course_id TEXT NOT NULL REFERENCES courses (id),
  number    INTEGER NOT NULL,                -- from 1
  title_zh  TEXT NOT NULL,
  title_en  TEXT NOT NULL,
  minutes   INTEGER NOT NULL,
  PRIMARY KEY (course_id, number)
);

CREATE TABLE orders (
  number     TEXT PRIMARY KEY,               -- E2603010001: E, day of payment, running number
  learner_id TEXT NOT NULL REFERENCES learners (id),
  course_id  TEXT NOT NULL REFERENCES courses (id),
  amount_fen INTEGER NOT NULL,
  method     TEXT NOT NULL,                  -- wechat, alipay, card
  paid_at    TEXT NOT NULL,
  state      TEXT NOT NULL                   -- paid, refunding, refunded
);

CREATE TABLE enrolments (
  id          INTEGER PRIMARY KEY,
  learner_id  TEXT NOT NULL REFERENCES learners (id),
  course_id   TEXT NOT NULL REFERENCES courses (id),
  order_number TEXT NOT NULL REFERENCES orders (number),
  enrolled_at TEXT NOT NULL,
  state       TEXT NOT NULL,                 -- active, paused, finished, cancelled
  lessons_done INTEGER NOT NULL,             -- lessons 1 to lessons_done are completed
  finished_at TEXT
);

CREATE TABLE progress (
  enrolment_id INTEGER NOT NULL REFERENCES enrolments (id),
  lesson       INTEGER NOT NULL,
  completed_at TEXT NOT NULL,
  minutes      INTEGER NOT NULL,             -- time the learner spent on it
  PRIMARY KEY (enrolment_id, lesson)
);

CREATE TABLE live_classes (
  course_id TEXT NOT NULL REFERENCES courses (id),
  lesson    INTEGER NOT NULL,
  starts_at TEXT NOT NULL,
  minutes   INTEGER NOT NULL,
  room      TEXT NOT NULL,
  PRIMARY KEY (course_id, lesson)
);

CREATE TABLE refund_rules (                  -- first rule that fits, by number
  number       INTEGER PRIMARY KEY,
  within_days  INTEGER NOT NULL,             -- since payment
  lessons_at_most INTEGER NOT NULL,          -- completed lessons; with share_at_most the stricter holds
  share_at_most REAL NOT NULL,               -- completed lessons / all lessons
  refund_share REAL NOT NULL,                -- 1.0 = all; -1 = the share of lessons not yet completed
  text_zh      TEXT NOT NULL,
  text_en      TEXT NOT NULL
);

CREATE TABLE refunds (
  number       TEXT PRIMARY KEY,             -- made by whoever asks for the refund; makes a repeat harmless
  order_number TEXT NOT NULL UNIQUE REFERENCES orders (number),
  amount_fen   INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  requested_at TEXT NOT NULL,
  state        TEXT NOT NULL                 -- requested, approved, paid, refused
);

CREATE TABLE invoices (
  number       TEXT PRIMARY KEY,             -- as for refunds
  order_number TEXT NOT NULL UNIQUE REFERENCES orders (number),
  title        TEXT NOT NULL,                -- the buyer's name on the invoice
  tax_number   TEXT NOT NULL,                -- empty for a person
  email        TEXT NOT NULL,
  requested_at TEXT NOT NULL,
  state        TEXT NOT NULL                 -- requested, issued
);

CREATE TABLE password_resets (
  number       TEXT PRIMARY KEY,
  learner_id   TEXT NOT NULL REFERENCES learners (id),
  requested_at TEXT NOT NULL
);

CREATE INDEX enrolments_learner ON enrolments (learner_id);
CREATE INDEX orders_learner ON orders (learner_id);
CREATE INDEX learners_phone ON learners (phone);
CREATE INDEX live_classes_start ON live_classes (starts_at);
