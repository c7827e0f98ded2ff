-- Host runs and rollouts: one row each, the whole state as JSON, beside it what is searched for.
CREATE TABLE run (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,  -- order of creation
  kind text NOT NULL,
  shard text NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  state_name text NOT NULL,
  ended boolean NOT NULL,
  needs_person boolean NOT NULL,
  due timestamptz,                   -- engine's time; null: waits for no timer
  state jsonb NOT NULL
);
CREATE INDEX run_due ON run (shard, due, id) WHERE due IS NOT NULL;
CREATE INDEX run_active ON run (sequence) WHERE NOT ended;

-- The story of a run: every event it was told, and the state after it. One partition a month, made ahead; the default
-- partition takes what falls outside of those, so that a strange clock never stops a commit.
CREATE TABLE run_event (
  run text NOT NULL,
  version bigint NOT NULL,
  at timestamptz NOT NULL,
  state_after text NOT NULL,
  event jsonb NOT NULL,
  PRIMARY KEY (run, version, at)
) PARTITION BY RANGE (at);
CREATE TABLE run_event_default PARTITION OF run_event DEFAULT;

-- Messages from run to run, and RunOrdered to a new one; removed by the commit that consumes them.
CREATE TABLE message (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run text NOT NULL,                 -- to whom; it may be created later
  event jsonb NOT NULL
);
CREATE INDEX message_run ON message (run, sequence);
