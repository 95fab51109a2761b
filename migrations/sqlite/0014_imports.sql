-- 0014_imports: spreadsheets that are applied in the background.

-- FACT. What an import was asked to do, and what has come of it. Its run has no channel.
CREATE TABLE import_run (
  run_id INTEGER PRIMARY KEY REFERENCES run(id),
  dry_run INTEGER NOT NULL,
  accept_warnings INTEGER NOT NULL,
  ready INTEGER NOT NULL DEFAULT 0,    -- its file has come whole
  actor_kind TEXT NOT NULL,          -- who uploaded it: the changes are theirs
  actor_id INTEGER,
  actor_name TEXT NOT NULL,
  address TEXT NOT NULL,
  titles TEXT NOT NULL DEFAULT '[]', -- JSON: the first row of the file
  created INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  warnings INTEGER NOT NULL DEFAULT 0,
  changes TEXT NOT NULL DEFAULT '[]' -- JSON, of a dry run: what the first rows would change
) STRICT;

-- FACT. The file, in pieces of at most a mebibyte, until the run has ended.
CREATE TABLE import_chunk (
  run_id INTEGER NOT NULL REFERENCES import_run(run_id),
  place INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (run_id, place)
) STRICT;

-- FACT. Rows that were rejected, and those that were taken with a warning.
CREATE TABLE import_fault (
  run_id INTEGER NOT NULL REFERENCES import_run(run_id),
  row_number INTEGER NOT NULL,
  faults TEXT NOT NULL,              -- JSON array of {row, column, code, detail}
  warnings TEXT NOT NULL,            -- the same, of what was accepted all the same
  fault_count INTEGER NOT NULL,
  warning_count INTEGER NOT NULL,
  cells TEXT NOT NULL,               -- JSON array: the row as it came
  PRIMARY KEY (run_id, row_number)
) STRICT;
