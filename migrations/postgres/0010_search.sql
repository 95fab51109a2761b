-- 0010_search: the catalog is found by the words that people type (core/words.h).

-- DERIVED from variation, grade and damage_condition: the tokens of each variation, as one text. rowid is
-- the variation's id, named as in SQLite, so that one statement writes both.
CREATE TABLE variation_index (
  rowid BIGINT PRIMARY KEY,
  words TEXT COLLATE "C" NOT NULL,
  lexemes TSVECTOR NOT NULL GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED
);
CREATE INDEX variation_index_lexemes ON variation_index USING gin (lexemes) WITH (fastupdate = off);

-- DERIVED from the same: words that can be abbreviated. One that is no longer used may stay.
CREATE TABLE search_word (
  word TEXT COLLATE "C" PRIMARY KEY
);
