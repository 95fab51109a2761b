-- FACT. How often days that were taken changed, as they do when a reception is taken back: who counts the next day from them
-- sees whether that happened meanwhile. One row, from the first time on.
CREATE TABLE inventory_revision (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  number BIGINT NOT NULL
);
