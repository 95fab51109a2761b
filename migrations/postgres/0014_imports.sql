-- 0014_imports: spreadsheets that are applied in the background.

-- FACT. What an import was asked to do, and what has come of it. Its run has no channel.
CREATE TABLE import_run (
  run_id BIGINT PRIMARY KEY REFERENCES run(id),
  dry_run BIGINT NOT NULL,
  accept_warnings BIGINT NOT NULL,
  ready BIGINT NOT NULL DEFAULT 0,    -- its file has come whole
  actor_kind TEXT COLLATE "C" NOT NULL,          -- who uploaded it: the changes are theirs
  actor_id BIGINT,
  actor_name TEXT COLLATE "C" NOT NULL,
  address TEXT COLLATE "C" NOT NULL,
  titles TEXT COLLATE "C" NOT NULL DEFAULT '[]', -- JSON: the first row of the file
  created BIGINT NOT NULL DEFAULT 0,
  updated BIGINT NOT NULL DEFAULT 0,
  unchanged BIGINT NOT NULL DEFAULT 0,
  rejected BIGINT NOT NULL DEFAULT 0,
  warnings BIGINT NOT NULL DEFAULT 0,
  changes TEXT COLLATE "C" NOT NULL DEFAULT '[]' -- JSON, of a dry run: what the first rows would change
);

-- FACT. The file, in pieces of at most a mebibyte, until the run has ended.
CREATE TABLE import_chunk (
  run_id BIGINT NOT NULL REFERENCES import_run(run_id),
  place BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (run_id, place)
);

-- FACT. Rows that were rejected, and those that were taken with a warning.
CREATE TABLE import_fault (
  run_id BIGINT NOT NULL REFERENCES import_run(run_id),
  row_number BIGINT NOT NULL,
  faults TEXT COLLATE "C" NOT NULL,              -- JSON array of {row, column, code, detail}
  warnings TEXT COLLATE "C" NOT NULL,            -- the same, of what was accepted all the same
  fault_count BIGINT NOT NULL,
  warning_count BIGINT NOT NULL,
  cells TEXT COLLATE "C" NOT NULL,               -- JSON array: the row as it came
  PRIMARY KEY (run_id, row_number)
);
