-- 0021_search_prefixes: beginnings of words of up to eight letters are found by an index of their own. Of longer ones the
-- engine puts the rows of all words that begin so together before it looks at the first: of "iphone" a third of a catalog.

ALTER TABLE variation_index RENAME TO variation_index_before;

-- DERIVED, as 0010_search says.
CREATE VIRTUAL TABLE variation_index USING fts5(
  words, detail = none, columnsize = 0, prefix = '1 2 3 4 5 6 7 8', tokenize = "ascii tokenchars '#=_'"
);
INSERT INTO variation_index (rowid, words) SELECT rowid, words FROM variation_index_before;
DROP TABLE variation_index_before;
