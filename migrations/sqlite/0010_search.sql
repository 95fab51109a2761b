-- 0010_search: the catalog is found by the words that people type (core/words.h).

-- DERIVED from variation, grade and damage_condition: the tokens of each variation, as one text. rowid is
-- the variation's id. The engine need not know where a token stands or how long the text is.
CREATE VIRTUAL TABLE variation_index USING fts5(
  words, detail = none, columnsize = 0, prefix = '1 2 3', tokenize = "ascii tokenchars '#=_'"
);

-- DERIVED from the same: words that can be abbreviated. One that is no longer used may stay.
CREATE TABLE search_word (
  word TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
