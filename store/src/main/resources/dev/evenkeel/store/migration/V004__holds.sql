-- Shares of budgets. How many a scope may have is in the hold that asks; commits that ask for one scope take turns.
CREATE TABLE hold (
  scope text NOT NULL,
  run text NOT NULL REFERENCES run (id),
  sequence bigint GENERATED ALWAYS AS IDENTITY,         -- who came first
  PRIMARY KEY (scope, run)
);
CREATE INDEX hold_run ON hold (run);
